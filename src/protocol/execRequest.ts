/** One question: may this program start? docs/protocol.md, section 3. Absent values are null. */
export interface ExecRequest {
  /** The record id, 32 lower-case hex digits; null when the asker gave none. */
  readonly id: string | null;
  readonly agent: string;
  readonly session: string;
  readonly tool: string;
  readonly command: string;
  /** Path of a tool other than `exec` (read, write, …). */
  readonly path: string | null;
  readonly enforce: boolean;
  readonly argv: readonly string[] | null;
  readonly exe: string | null;
  readonly cwd: string | null;
  readonly pid: number | null;
  readonly ppid: number | null;
  readonly sid: number | null;
  readonly door: string | null;
  readonly markers: readonly string[];
  readonly guardable: boolean;
  readonly truncated: boolean;
  /** The same in base64, each; absent where all are UTF-8. */
  readonly argvBase64?: readonly string[];
  /** Address of a tool that fetches. */
  readonly url?: string | null;
  /** What a tool other than `exec` is called with, by name. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The name of the token with which it was asked; absent without one. */
  readonly credential?: string;
  /** How deep the agent is in others; 0 when absent. */
  readonly depth?: number;
}
