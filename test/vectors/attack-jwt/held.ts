import { onTestFinished } from 'vitest'
import { startUpstream } from '../../support/upstream.ts'

/** A server that answers with this JSON, but not before it is released. */
export async function startHeld(json: string) {
  let requests = 0
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${json.length}\r\n\r\n${json}`
  const server = await startUpstream((socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return
    requests += 1
    void released.then(() => socket.write(answer))
  })
  onTestFinished(() => server.stop())
  return { url: server.url, release, requests: () => requests }
}
