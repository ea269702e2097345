import type { Match } from '../types.ts';

/** The password of `docker login` for ECR names when it ends, in the JSON that its base64 holds. */
export function readDockerAuth(match: Match): Match | undefined {
  const outer = decode(match.secret!.reveal());
  const token = outer.startsWith('AWS:') ? decode(outer.slice('AWS:'.length)) : outer;
  if (!token.includes('"payload"')) return undefined;
  const expiration = /"expiration"\s*:\s*(\d{9,11})\b/.exec(token)?.[1];
  if (expiration === undefined) return match;
  return {
    ...match,
    details: { service: 'ecr', expiresAt: new Date(Number(expiration) * 1000).toISOString() },
  };
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
