/** WebAuthn takes domains only: an IP address is none. */
export const isAddressHost = (hostname: string): boolean => /^[\d.]+$|^\[/.test(hostname);

/** The same page of this computer by its name. */
export function localhostUrl(href: string): string {
  const url = new URL(href);
  url.hostname = 'localhost';
  return url.href;
}
