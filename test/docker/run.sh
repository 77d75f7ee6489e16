#!/usr/bin/env bash
# Builds both images and tries them, and docker-compose.yml with them. Where no Docker engine runs, Debian's is installed
# and started for the time of this script, with a base image made here: nothing is pulled. Needs root, then, and `npm ci`.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
export COMPOSE_PROJECT_NAME=scopegate-test
engine=

# The plugin where there is one; Debian has the program.
compose() {
  if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}

clean_up() {
  compose --profile demo down --volumes >/dev/null 2>&1 || true
  docker rm --force scopegate-test-gateway scopegate-test-api >/dev/null 2>&1 || true
  docker network rm scopegate-test >/dev/null 2>&1 || true
  if [ -n "$engine" ]; then
    kill "$engine" 2>/dev/null && wait "$engine" || true
    umount "$work/exec/netns/default" 2>/dev/null || true # the engine leaves it mounted
  fi
  rm -rf "$work"
}
trap clean_up EXIT

say() { echo "── $*"; }
fail() { echo "FAILED: $*"; exit 1; }
is() { [ "$2" = "$3" ] || fail "$1: expected $3, got $2"; echo "ok: $1: $2"; }
# until_true SECONDS COMMAND...: tries every half second.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ "$SECONDS" -lt "$deadline" ] || return 1; sleep 0.5; done
}

install_tools() {
  local packages=()
  command -v dockerd >/dev/null || packages+=(docker.io)
  compose version >/dev/null 2>&1 || packages+=(docker-compose)
  command -v debootstrap >/dev/null || packages+=(debootstrap)
  command -v curl >/dev/null || packages+=(curl)
  [ ${#packages[@]} -eq 0 ] && return
  say "installing ${packages[*]}"
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${packages[@]}" iptables >/dev/null
}

start_engine() {
  export DOCKER_HOST=unix://$work/docker.sock
  dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
    >"$work/dockerd.log" 2>&1 &
  engine=$!
  until_true 30 docker info || { tail -5 "$work/dockerd.log"; fail 'the Docker engine does not start here'; }
}

status() { curl --silent --output /dev/null --write-out '%{http_code}' "$@"; }
health() { docker inspect --format '{{.State.Health.Status}}' "$1"; }
is_healthy() { [ "$(health "$1")" = healthy ]; }

try_gateway() {
  local etc=$work/etc
  mkdir "$etc"
  local token
  token=$(node test/docker/make-token.js "$etc")
  cat >"$etc/gateway.yaml" <<-'YAML'
	listen: 0.0.0.0:8080
	issuer: { url: https://issuer.example/oidc, jwksFile: /etc/scopegate/jwks.json }
	apis:
	  todo:
	    resource: https://api.example.com/
	    upstream: http://legacy-api:3000
	    routes:
	      /health: public
	      /todos: { GET: read, POST: write }
	YAML
  chmod -R a+rX "$etc"

  docker network create scopegate-test >/dev/null
  docker run --detach --name scopegate-test-api --network scopegate-test --network-alias legacy-api \
    --read-only --entrypoint node scopegate-demo dist/dev/stand-in/sample-api.js >/dev/null
  docker run --detach --name scopegate-test-gateway --network scopegate-test --publish 127.0.0.1::8080 \
    --read-only --cap-drop ALL --security-opt no-new-privileges --volume "$etc:/etc/scopegate:ro" scopegate >/dev/null
  local gateway
  gateway=http://$(docker port scopegate-test-gateway 8080 | head -n 1)
  until_true 60 is_healthy scopegate-test-gateway || fail "$(docker logs scopegate-test-gateway 2>&1 | tail -3)"
  is 'health of the container' "$(health scopegate-test-gateway)" healthy
  is 'its user' "$(docker exec scopegate-test-gateway id -u)" 1000
  is 'packages in it' "$(docker exec scopegate-test-gateway sh -c 'find / -xdev -name node_modules 2>/dev/null | wc -l')" 0
  is 'files of the program' "$(docker exec scopegate-test-gateway ls dist | tr '\n' ' ')" 'THIRD-PARTY.txt cli.js cli.js.map openapi.js sbom.cdx.json scopegate.js '
  is 'the command' "$(docker exec scopegate-test-gateway scopegate --version)" "$(node -p 'require("./package.json").version')"
  is 'its answer about health' "$(docker exec scopegate-test-gateway scopegate health)" 'alive and ready'
  is 'the JSON Schema' "$(docker exec scopegate-test-gateway scopegate schema | head -c 1)" '{'
  is 'a public route' "$(status "$gateway/health")" 200
  is 'no token' "$(status "$gateway/todos")" 401
  is 'a token with the scope' "$(status --header "Authorization: Bearer $token" "$gateway/todos")" 200
  is 'a token without it' "$(status --request POST --header "Authorization: Bearer $token" "$gateway/todos")" 403

  sed 's|/health: public|/health: authenticated|' "$etc/gateway.yaml" >"$etc/next" && mv "$etc/next" "$etc/gateway.yaml"
  reloaded() { [ "$(status "$gateway/health")" = 401 ]; }
  until_true 15 reloaded || fail 'the replaced configuration was not loaded'
  is 'a public route, after the file was replaced' "$(status "$gateway/health")" 401

  docker stop --time 30 scopegate-test-gateway >/dev/null
  is 'exit status after SIGTERM' "$(docker inspect --format '{{.State.ExitCode}}' scopegate-test-gateway)" 0
  docker logs scopegate-test-gateway 2>&1 | grep -q '"msg":"stopped"' || fail 'it did not stop by itself'
}

try_compose_gateway() {
  # Logto and PostgreSQL are left out: their images can only be pulled.
  compose up --detach --no-build gateway
  until_true 60 is_healthy "$(compose ps -q gateway)" || fail "$(compose logs gateway | tail -3)"
  is 'gateway of docker-compose.yml' "$(status http://127.0.0.1:8080/health)" 200
  is 'without a token' "$(status http://127.0.0.1:8080/todos)" 401
  is 'ports that legacy-api publishes' "$(docker inspect --format '{{len .HostConfig.PortBindings}}' "$(compose ps -q legacy-api)")" 0
  compose down --volumes
}

try_compose_demo() {
  compose up --detach --no-build demo
  is 'what the service demo starts' "$(docker ps --format '{{.Image}}' --filter label=com.docker.compose.project=$COMPOSE_PROJECT_NAME)" scopegate-demo
  told() { compose logs --no-color demo | grep -E 'answers are (NOT )?as expected'; }
  until_true 60 told || fail "$(compose logs demo | tail -5)"
  compose logs --no-color demo | sed -n '/Playing the story/,/as expected/p'
  is 'answers that are not as expected' "$(told | grep -c NOT || true)" 0
  is 'the gateway of the demo, from outside' "$(status http://127.0.0.1:8080/health)" 200
  is 'its page, which leads to the sign-in' "$(curl --silent --location --cookie '' http://127.0.0.1:3000/ | grep -c 'Sign in as alice')" 1
  local demo
  demo=$(compose ps -q demo)
  docker stop --time 10 "$demo" >/dev/null
  is 'exit status of the demo after SIGTERM' "$(docker inspect --format '{{.State.ExitCode}}' "$demo")" 0
}

if docker info >/dev/null 2>&1; then
  say 'using the engine that runs here'
else
  install_tools
  say 'starting a Docker engine'
  start_engine
  say 'making a base image'
  test/docker/base-image.sh "$work"
fi
build() { docker build --network host "$@" . >"$work/build.log" 2>&1 || { tail -20 "$work/build.log"; fail "docker build $*"; }; }
say 'building the gateway'
build --tag scopegate
say 'building the demo'
build --target demo --tag scopegate-demo
docker images --format '{{.Repository}} {{.Size}}' | grep '^scopegate'
say 'the gateway, with a read-only root file system'
try_gateway
say 'docker-compose: gateway and legacy-api'
try_compose_gateway
say 'docker-compose: the demo'
try_compose_demo
say 'all as expected'
