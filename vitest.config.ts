import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'bench/test/**/*.test.ts'],
    testTimeout: 20_000,
    // Much of a run is waiting, so two go well together even on two cores.
    maxWorkers: 2,
    allowOnly: false,
    // Whoever runs this behind a proxy means it for the Internet, not for the issuers on loopback.
    env: { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' },
  },
})
