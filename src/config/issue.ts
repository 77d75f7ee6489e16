/** One problem in the configuration file. Lines and columns count from 1. */
export type Issue = {
  readonly severity: 'error' | 'warning'
  readonly line: number
  readonly column: number
  /** e.g. `apis.todo.routes./todos.GET` */
  readonly path: string
  /** What is wrong and what to do. Never holds an expanded value. */
  readonly message: string
}

/** `gateway.yaml:14:9 apis.todo...: message`, an excerpt of the line and carets below it (config.md, "Errors"). */
export declare function formatIssue(
  issue: Issue,
  source: { readonly fileName: string; readonly text: string },
): string
