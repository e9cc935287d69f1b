#!/usr/bin/env node
// Stands here so that installers can link it before the package is built.
import '../dist/node/bin.js'
