// Tests call chrome.tabs here: the browser offers Duplicate to extensions and to people, and to nobody else.
