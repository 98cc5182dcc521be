import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';

const PAGE = `<!doctype html><canvas id="c" width="64" height="64"></canvas><h1>charger</h1><script>
  const gl = document.getElementById('c').getContext('webgl2', { preserveDrawingBuffer: true });
  const seen = new Uint8Array(4);
  if (gl) {
    gl.clearColor(0, 1, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.readPixels(3, 3, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, seen);
  }
  window.pixel = [...seen];
  window.textHeight = document.querySelector('h1').getClientRects()[0].height;
</script>`;

test('the browser draws WebGL 2 and text, and enforces the same-origin policy', async () => {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await launchBrowser();
  onTestFinished(async () => {
    await browser.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  expect(await page.evaluate('window.pixel')).toEqual([0, 255, 0, 255]);
  expect(await page.evaluate('window.textHeight')).toBeGreaterThan(10);
  expect((await page.screenshot()).subarray(1, 4).toString()).toBe('PNG');
  const foreign = page.evaluate(`fetch('http://localhost:${port}/').then(() => 'read')`);
  await expect(foreign).rejects.toThrow('Failed to fetch');
});
