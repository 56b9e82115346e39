import { httpTransport } from './http';
import type { Transport } from './transport';

let current: Transport = httpTransport;

/** The transport in use. Read it at call time: the shell may replace it before the first render. */
export const transport = (): Transport => current;

export function setTransport(next: Transport): void {
  current = next;
}
