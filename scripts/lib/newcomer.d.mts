/** With what is installed here. */
export function linkApp(folder: string): Promise<void>

/** As its user would. */
export function makeApp(folder: string): Promise<void>

export function serveApp(
  folder: string,
  how: 'dev' | 'build',
  signaling: string,
): Promise<{ readonly url: string; close(): Promise<void> }>
