type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Only what is written: an option that is not there is another thing than one that is undefined. */
export function present<const T extends object>(options: T): Present<T> {
  // What is left has no undefined in it.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Present<T>
}
