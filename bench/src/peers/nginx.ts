import { writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { findProgram, installPackage, versionOf } from './install.ts'
import { type Peer, type Place, startPinned } from './peer.ts'

let name = 'nginx'

/** The limit: a forwarder in C that does nothing else. */
export const nginx: Peer = {
  id: 'nginx',
  get name() {
    return name
  },
  does: 'forwards, checks nothing; access log, as by default',
  algorithms: [],
  webSockets: true,
  async prepare(say) {
    const problem = await installPackage('nginx', '/usr/sbin/nginx', say)
    if (problem === undefined) name = `nginx ${await versionOf(program(), '-v')}`
    return problem
  },
  async start(place) {
    const file = join(place.folder, 'nginx.conf')
    await writeFile(file, config(place))
    return startPinned(place, program(), ['-p', place.folder, '-e', 'error.log', '-c', file])
  },
}

const program = () => findProgram('nginx') ?? 'nginx'

/**
 * Connections are kept for ever, as by the others here: by default nginx closes them after 1,000 requests.
 */
const config = ({ port, upstreamPort }: Place) => `
daemon off;
user ${userInfo().username};
worker_processes 1;
pid nginx.pid;
events { worker_connections 8192; }
http {
  access_log access.log;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  map $http_upgrade $connection_field { default upgrade; '' ''; }
  upstream api {
    server 127.0.0.1:${upstreamPort};
    keepalive 128;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_field;
    }
  }
}
`
