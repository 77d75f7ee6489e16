import { parseAddressList } from '../address-list.ts'
import type { FileApi } from '../schema/api.ts'
import { isNetwork } from '../schema/values.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'

/** The networks that may ask an API, in CIDR; undefined where any may. */
export function composeFrom({ from }: FileApi, at: KeyPath, context: Context): readonly string[] | undefined {
  if (from?.file === undefined) return undefined
  const path = [...at, 'from', 'file']
  const text = readNamedFile(from.file, path, context)
  if (text === undefined) return undefined
  const list = parseAddressList(text, isNetwork)
  if ('networks' in list) return list.networks
  context.issues.error(path, `this file ${list.problem}`)
  return undefined
}
