import './recorder.css';
import { mount } from 'svelte';
import RecorderPage from './RecorderPage.svelte';

mount(RecorderPage, { target: document.body });
