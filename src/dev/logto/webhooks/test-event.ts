/** The made-up payload that `POST /hooks/:id/test` sends. */
export function testEvent(hookId: string, event: string): object {
  const head = { event, hookId, createdAt: new Date().toISOString(), userAgent: 'fake-user-agent' }
  return event.startsWith('Post') ? { ...head, ...signIn() } : { ...head, ...change }
}

const change = {
  path: '/fake-path/:id',
  method: 'POST',
  status: 200,
  params: { id: 'fake-id' },
  data: { result: 'success' },
}

function signIn(): object {
  const at = Date.now()
  return {
    sessionId: 'fake-session-id',
    userIp: 'fake-user-ip',
    userId: 'fake-id',
    user: { id: 'fake-id', username: 'fake-user', isSuspended: false, createdAt: at, updatedAt: at },
    application: { id: 'fake-spa-application-id', type: 'SPA', name: 'Fake Application' },
  }
}
