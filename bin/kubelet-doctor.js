#!/usr/bin/env node
import { main, processIo } from '../dist/kubelet-doctor.js';

process.exitCode = await main(process.argv.slice(2), { io: processIo() });
