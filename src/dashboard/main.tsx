import { render } from 'preact';
import { App } from './components/App.tsx';
import { fromHash } from './form.ts';
import './style.css';
import './results.css';

fromHash(location.hash);
render(<App />, document.getElementById('app')!);
