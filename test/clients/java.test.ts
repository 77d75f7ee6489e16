import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/process.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

/** A source file can be run without having been compiled by a JDK from version 11 on. */
const hasJava = spawnSync('javac', ['--version']).status === 0

const client = `
import java.net.URI;
import java.net.http.*;

public class Client {
  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (String body : new String[] {"", "hello", ""}) {
      HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(args[0]));
      if (!body.isEmpty()) builder.POST(HttpRequest.BodyPublishers.ofString(body));
      HttpResponse<String> response = client.send(builder.build(), HttpResponse.BodyHandlers.ofString());
      System.out.println(response.statusCode() + " " + response.body());
    }
  }
}
`

test.skipIf(!hasJava)(
  "Java's HttpClient, which asks for HTTP/2 in each request, is served",
  async () => {
    const stage = await createStage(guarding('/**: { any: public }'), (socket, received) => {
      if (/(?:\r\n\r\n|hello)$/.test(received)) socket.write(ok)
    })
    const file = join(temporaryFolder(), 'Client.java')
    writeFileSync(file, client)
    const { stdout } = await promisify(execFile)('java', [file, `http://127.0.0.1:${stage.gateway.port}/x`])
    expect(stdout.trim().split(/\r?\n/)).toEqual(['200 ok', '200 ok', '200 ok'])
    expect(stage.upstream.received()).toMatch(/hello/)
  },
  60_000,
)
