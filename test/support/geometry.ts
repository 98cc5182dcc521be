/** Whether a point is inside of rings by the even-odd rule: a ray to the east crosses their edges an odd number of times. */
export function isInside(x: number, y: number, rings: readonly (readonly (readonly number[])[])[]): boolean {
  let inside = false;
  for (const ring of rings) {
    let last = ring.at(-1)!;
    for (const point of ring) {
      const [py, ly] = [point[1]!, last[1]!];
      if (py > y !== ly > y && x < ((last[0]! - point[0]!) * (y - py)) / (ly - py) + point[0]!)
        inside = !inside;
      last = point;
    }
  }
  return inside;
}
