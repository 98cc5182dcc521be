/** Schemes that a browser runs or shows itself, instead of handing them to an app. */
const OF_THE_BROWSER = /^(?:javascript|data|vbscript|blob|file|about|http|view-source|ws|wss):/i;
const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:\S*$/i;

/** The link that opens a wallet app, from what the app says of itself; undefined where none of it leads to an app. */
export function appLinkOf({
  native,
  universal,
}: {
  native?: string;
  universal?: string;
}): string | undefined {
  return [native, universal].find(
    (link) => link !== undefined && link.length <= 200 && HAS_SCHEME.test(link) && !OF_THE_BROWSER.test(link),
  );
}
