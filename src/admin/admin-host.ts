import { isIP } from 'node:net'
import { parseHost } from '../http/host.ts'

/**
 * The admin listener answers to this `Host`: an IP address, `localhost`, or the name in `admin.listen`. A web
 * page that lets its own name point to this machine (DNS rebinding) makes a browser send that name, and must
 * get no response. A client that sends no `Host` is no browser.
 */
export function isAdminHost(host: string | undefined, listenHost: string): boolean {
  if (host === undefined) return true
  const name = parseHost(host)
  if (name === undefined) return false
  const address = name.startsWith('[') ? name.slice(1, -1) : name
  return isIP(address) !== 0 || name === 'localhost' || name === listenHost.toLowerCase()
}
