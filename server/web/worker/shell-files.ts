/** Answers of the API that name nobody: without a network the page opens by them. No other answer is ever kept. */
export const PUBLIC_ANSWERS: ReadonlySet<string> = new Set(['/api/v1/config']);

/** A file whose name has the hash of its text. */
export const isHashed = (pathname: string): boolean => pathname.startsWith('/assets/');

/** A file of the page beside its hashed ones: its icons and its description for installing. */
export const isShellFile = (pathname: string): boolean =>
  /^\/(?:icons\/[\w-]+\.(?:png|svg)|manifest\.webmanifest)$/.test(pathname);
