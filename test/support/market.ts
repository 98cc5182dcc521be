export * from '../../scripts/client/local-market.ts';
