/** Loads when first asked, and once: what is loaded takes Node's module loader 10 to 20 µs to find again. */
export function lazily<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined;
  return () => (loading ??= load());
}
