/** Drawing at most once a frame: changes may come by the thousand a second. */

/** Returns a function that has `draw` called in the next frame, once, however often it is asked. */
export function perFrame(draw: () => void): () => void {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(() => {
      isAsked = false
      draw()
    })
  }
}

export const wantsStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
