/** Marks the page as open once what it shows is live, for whoever waits for that: its test, say. */
import { useEffect } from 'react'

export function useOpenMark(isLive: boolean): void {
  useEffect(() => {
    if (isLive) document.body.className = 'open'
  }, [isLive])
}
