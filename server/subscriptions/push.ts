import webPush from 'web-push';

/** With which a server proves to push services who it is (RFC 8292). */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
  /** `mailto:` or https address of who runs this server, for the push services. */
  subject: string;
}

/** What a push service keeps for a browser that is away, in seconds: what is older than a session helps nobody. */
const TTL_SEC = 4 * 3_600;

export interface PushKeys {
  p256dh: string;
  auth: string;
}

/** A message that the browser alone can read (RFC 8291). @throws where its keys are none. */
export function pushMessage(endpoint: string, keys: PushKeys, body: string, vapidDetails: VapidKeys) {
  const details = webPush.generateRequestDetails({ endpoint, keys }, body, {
    ...{ vapidDetails, TTL: TTL_SEC, urgency: 'high', contentEncoding: 'aes128gcm' },
  });
  return { headers: details.headers as Record<string, string | number>, body: details.body as Buffer };
}
