import type { CorsOptions } from '../../http/cors.ts'
import type { FileCors } from '../schema/api.ts'
import { withoutUndefined } from './without-undefined.ts'

export function composeCors(cors: FileCors): CorsOptions {
  const { origins = [], methods, headers, exposeHeaders = [], credentials, maxAge } = cors
  return {
    origins,
    exposeHeaders,
    credentials,
    ...withoutUndefined({ methods, headers, maxAgeSeconds: maxAge && Math.floor(maxAge / 1000) }),
  }
}
