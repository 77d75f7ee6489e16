type WithoutUndefined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Only the options that are written: one that is not there is another thing than one that is undefined. */
export function withoutUndefined<const T extends object>(options: T): WithoutUndefined<T> {
  const written = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(written) as WithoutUndefined<T> // None is left that is undefined.
}
