import { resolve } from 'node:path'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { FileIssuer } from '../schema/issuer.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'
import { withoutUndefined } from './without-undefined.ts'

/** Issuers by name. The one under `issuer:` is called `default`. */
export function composeIssuers(context: Context): ReadonlyMap<string, IssuerOptions> {
  const { issuer, issuers = {} } = context.input
  const named = Object.entries(issuers).map(
    ([name, input]) => [name, composeIssuer(input, ['issuers', name], context)] as const,
  )
  return new Map(
    issuer === undefined ? named : [['default', composeIssuer(issuer, ['issuer'], context)], ...named],
  )
}

function composeIssuer(input: FileIssuer, at: KeyPath, context: Context): IssuerOptions {
  const { logto, url, jwksFile, jwksUri, algorithms } = input
  if (jwksFile !== undefined) readNamedFile(jwksFile, [...at, 'jwksFile'], context)
  return {
    issuer: logto === undefined ? (url ?? '') : `${logto}/oidc`,
    isLogto: logto !== undefined,
    ...withoutUndefined({ jwksUri, jwksFile: jwksFile && resolve(context.folder, jwksFile), algorithms }),
    tokenTypes: input.tokenTypes,
    claims: input.claims,
  }
}
