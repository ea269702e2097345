import { type Digest, headline, type TextStyle, textOf } from '../digest.ts';
import { postJson } from '../http-post.ts';
import type { SlackChannel } from '../plan.ts';
import type { Sender, SenderTools } from './sender.ts';
import { readUrl } from './webhook.ts';

/** Slack cuts a text behind 40,000 characters; a digest longer than this is not read by anyone. */
const LONGEST = 12_000;

/** The three characters that Slack takes for markup, mentions (`<!channel>`) and links; docs.slack.dev/messaging/formatting-message-text. */
function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', "'");
}

const MRKDWN: TextStyle = {
  escape: escapeMrkdwn,
  heading: (text) => `*${text}*`,
  code: (text) => `\`${escapeMrkdwn(text)}\``,
};

/** On any host: Mattermost and others take the same messages. */
export function slackSender(channel: SlackChannel, { env, timeoutMs }: SenderTools): Sender {
  const urlOf = () => readUrl(channel.url, channel.where, env);
  urlOf();
  return {
    capacity: 500,
    render: (digest) => `${messageOf(digest)}\n`,
    send: (digest, _, signal) => postJson(urlOf(), bodyOf(digest), { headers: {}, timeoutMs, signal }),
  };
}

function bodyOf(digest: Digest): string {
  // Names are not to become links, nor pictures of what they link to.
  return JSON.stringify({ text: messageOf(digest), unfurl_links: false, unfurl_media: false });
}

function messageOf(digest: Digest): string {
  return `*${escapeMrkdwn(headline(digest))}*\n\n${textOf(digest, LONGEST, MRKDWN)}`;
}
