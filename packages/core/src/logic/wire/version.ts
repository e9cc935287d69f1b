/** Raised with every change that an older reader would misunderstand. */
export const wireVersion = 5
