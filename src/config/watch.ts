/**
 * Calls `changed` after the file's content changed: written in place, replaced by an editor, or behind a symlink that
 * Kubernetes swapped. Bursts are joined. A file that disappears for a moment is waited for.
 */
export declare function watchFile(fileName: string, changed: () => void): { close(): void }
