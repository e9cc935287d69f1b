/** placeholder */
export type ZnodePath = string & { readonly __znodePath: true }
