/**
 * What comes within `waitMs`; else, or if it fails, what is kept. Where nothing is kept, what comes, however late.
 */
export async function firstOf<T>(
  coming: Promise<T>,
  kept: () => Promise<T | undefined>,
  waitMs: number,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitMs);
  });
  const first = await Promise.race([coming.catch(() => undefined), late]);
  clearTimeout(timer);
  return first ?? (await kept()) ?? (await coming);
}
