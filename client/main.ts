import './design/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { isInCall } from './call/active-call.ts';
import { reloadOnMissingParts } from './app/reload-once.ts';

reloadOnMissingParts(isInCall);
document.getElementById('opening')?.remove();
mount(App, { target: document.body });
