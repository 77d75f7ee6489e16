/** A number of bytes as the configuration writes it: `10MiB`, `8KiB`, `1000B`. */
export function sizeText(bytes: number): string {
  const unit = units.find(({ size }) => bytes > 0 && bytes % size === 0)
  return unit === undefined ? `${bytes}B` : `${bytes / unit.size}${unit.name}`
}

const units = [
  { name: 'GiB', size: 2 ** 30 },
  { name: 'MiB', size: 2 ** 20 },
  { name: 'KiB', size: 2 ** 10 },
] as const
