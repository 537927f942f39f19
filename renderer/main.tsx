/** Entry of the window: composition only. */
import { createDOMRenderer, FluentProvider, RendererProvider } from '@fluentui/react-components';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { call } from './contract-client.ts';
import { StartFailed } from './start-failed.tsx';
import { styleNonce } from './style-nonce.ts';
import { TextsProvider } from './texts.tsx';
import { useTheme } from './theme/use-theme.ts';

// Fluent's styles are allowed by nonce: the CSP has no 'unsafe-inline'.
const styles = createDOMRenderer(document, { styleElementAttributes: { nonce: styleNonce() } });

type Start =
  | { readonly kind: 'started'; readonly texts: Readonly<Record<string, string>>; readonly language: string }
  | { readonly kind: 'failed'; readonly reason: unknown };

function Window({ start }: { readonly start: Start }) {
  const theme = useTheme();
  return (
    <RendererProvider renderer={styles} targetDocument={document}>
      <FluentProvider theme={theme}>
        {start.kind === 'failed' ? (
          <StartFailed reason={start.reason} />
        ) : (
          <TextsProvider messages={start.texts} language={start.language}>
            <App />
          </TextsProvider>
        )}
      </FluentProvider>
    </RendererProvider>
  );
}

async function begin(): Promise<Start> {
  try {
    const { texts, language } = await call('app.start', {});
    document.documentElement.lang = language;
    return { kind: 'started', texts, language };
  } catch (reason) {
    return { kind: 'failed', reason };
  }
}

const container = document.getElementById('root');
if (container !== null) {
  const start = await begin();
  createRoot(container).render(
    <StrictMode>
      <Window start={start} />
    </StrictMode>,
  );
}
