import { lacksScope, reached } from './expectation.ts'
import { play, type Scene, type StoryLine } from './story-line.ts'

/** The opaque token that was refused, with a gateway that has it exchanged for a JWT. */
export async function playExchanged(scene: Scene, opaque: string): Promise<readonly StoryLine[]> {
  const alice = { who: 'alice', token: opaque }
  const { id } = scene.alice
  return [
    await play(scene, {
      ...alice,
      request: 'GET /todos',
      holds: reached(id, 'read'),
      why: 'the same opaque token, exchanged',
    }),
    await play(scene, {
      ...alice,
      request: 'POST /todos',
      holds: lacksScope('write'),
      why: 'and still no write in her role',
    }),
  ]
}
