import { toXml } from './xml.ts';

/** A value of a request: every leaf of a form is a text. */
export type Input = Record<string, unknown>;

/** `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`. */
export function parseForm(body: string): Input {
  const root = emptyNode();
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.split('.').filter((part) => part !== 'member');
    const last = path.pop() ?? '';
    let node = root;
    for (const part of path) {
      const inner = node[part];
      node = typeof inner === 'object' ? (inner as Input) : ((node[part] = emptyNode()) as Input);
    }
    node[last] = value;
  }
  return plainOf(root) as Input;
}

/** Without a prototype, so that a name such as `__proto__` is one like any other. */
function emptyNode(): Input {
  return Object.create(null) as Input;
}

/** Nodes whose keys are 1, 2, 3 ... are lists. */
function plainOf(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, plainOf(value)] as const);
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key)))
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
  return Object.fromEntries(entries);
}

/** The body of a success: `<XResponse><XResult>...`. */
export function queryAnswer(action: string, namespace: string, output: unknown, requestId: string): string {
  const result = output === undefined ? '' : `<${action}Result>${toXml(output)}</${action}Result>`;
  return `<${action}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

export function queryError(
  error: { code: string; message: string; status: number },
  namespace: string,
  requestId: string,
): string {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const { code, message } = error;
  return `<ErrorResponse xmlns="${namespace}"><Error>${toXml({ Type: type, Code: code, Message: message })}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

/** As `queryAnswer`, for EC2: what it answers stands beside the request's id, and lists have items. */
export function ec2Answer(action: string, namespace: string, output: unknown, requestId: string): string {
  return `<${action}Response xmlns="${namespace}"><requestId>${requestId}</requestId>${toXml(output, 'item')}</${action}Response>`;
}

export function ec2Error(error: { code: string; message: string }, requestId: string): string {
  const { code, message } = error;
  return `<Response><Errors><Error>${toXml({ Code: code, Message: message })}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
}
