/** What is wrong with a URL to post to, if anything. The message does not repeat it: it may hold a secret. */
export function urlFault(given: string): string | undefined {
  const parsed = parse(given);
  if (parsed === undefined) return 'expected a URL, https://...';
  if (parsed.username !== '' || parsed.password !== '') return 'a URL with a password is not taken';
  return parsed.protocol === 'https:' || isLoopback(parsed.hostname)
    ? undefined
    : `${parsed.hostname} must be reached with https`;
}

/** The same for one that stands in a configuration, where nothing secret may. */
export function publicUrlFault(given: string): string | undefined {
  if (parse(given)?.hostname === 'hooks.slack.com')
    return "whoever knows a URL of Slack's may post: give it as urlFrom, with the type slack";
  return urlFault(given);
}

function parse(given: string): URL | undefined {
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  return parsed !== undefined && /^https?:$/.test(parsed.protocol) ? parsed : undefined;
}

/** Names and addresses of this machine: no encryption is needed to reach it. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)$/.test(host);
}
