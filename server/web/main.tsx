import '@mantine/core/styles.css';
import './app/styles.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { WalletProvider } from './accounts/WalletProvider.tsx';
import { MarketProvider } from './app/MarketProvider.tsx';
import { theme } from './app/theme.ts';
import { CosignerProvider } from './charging/CosignerProvider.tsx';
import { MapProvider } from './map/MapContext.tsx';
import { Shell } from './Shell.tsx';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <MarketProvider>
        <WalletProvider>
          <CosignerProvider>
            <MapProvider>
              <Shell />
            </MapProvider>
          </CosignerProvider>
        </WalletProvider>
      </MarketProvider>
    </MantineProvider>
  </StrictMode>,
);
