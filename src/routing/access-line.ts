/**
 * A line of the access log, one a request: JSON, its times in UTC. The query string is left out because tokens and addresses stand in
 * queries; `query` says that there was one. A request is counted for the release that the client's answer came from.
 */
export interface AccessLine {
  readonly format: 1;
  /** When the request's head had arrived. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly query: boolean;
  readonly status: number;
  /** From the head of the request to the last byte of the answer, in milliseconds. */
  readonly ms: number;
  /** To the first byte of the instance's answer; absent where none came. */
  readonly upstreamMs?: number | undefined;
  /** Of the answer's body. */
  readonly bytes: number;
  /** The client's bucket, two digits; absent for static and media files. */
  readonly bucket?: string | undefined;
  readonly table?: number | undefined;
  readonly release?: string | undefined;
  readonly instance?: string | undefined;
  readonly address: string;
  readonly id: string;
  readonly agent: string;
  /** Instances that the request was tried on, where it was more than one. */
  readonly tries?: number | undefined;
  /** `static` or `media` for a file. */
  readonly files?: string | undefined;
  /** What kind of stream ended. */
  readonly stream?: "websocket" | "event-stream" | undefined;
  /** A proof or another question of cozy's own: no traffic. */
  readonly probe?: true | undefined;
  /** The site was closed on purpose, and the proxy said so in the application's place. */
  readonly maintenance?: true | undefined;
  /** The client went away before the answer's end. */
  readonly aborted?: true | undefined;
  /** Why the proxy answered itself, or why the answer was cut. */
  readonly error?: string | undefined;
}
