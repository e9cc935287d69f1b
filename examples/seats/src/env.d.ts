interface ImportMeta {
  readonly env: { readonly VITE_SIGNALING: string }
}
