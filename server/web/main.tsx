import './app/mantine.css';
import './app/styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { WalletProvider } from './accounts/WalletProvider.tsx';
import { Boundary } from './app/Boundary.tsx';
import { installWorker } from './app/installed.ts';
import { MarketProvider } from './app/MarketProvider.tsx';
import { theme } from './app/theme.ts';
import { UpdateNote } from './app/UpdateNote.tsx';
import { language } from './app/words.ts';
import { CosignerProvider } from './charging/CosignerProvider.tsx';
import { MapProvider } from './map/MapContext.tsx';
import { Shell } from './Shell.tsx';
import { VaultProvider } from './vault/VaultProvider.tsx';

// A caller says when to ask again; an error is shown at once, with its remedy.
const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, networkMode: 'always' } },
});

document.documentElement.lang = language;

/** Takes away the shell of `index.html`, once there is more to see. */
function Painted() {
  useLayoutEffect(() => document.getElementById('first')?.remove(), []);
  return null;
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Painted />
      <QueryClientProvider client={queries}>
        <MarketProvider>
          <WalletProvider>
            <VaultProvider>
              <CosignerProvider>
                <MapProvider>
                  <Boundary>
                    <Shell />
                  </Boundary>
                  <UpdateNote />
                </MapProvider>
              </CosignerProvider>
            </VaultProvider>
          </WalletProvider>
        </MarketProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

installWorker();
