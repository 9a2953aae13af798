/** Statuses of HTTP (no fraction, size, time or line of a source file that is the same number), and pages in place of an answer. Generic: each counts only with the server that it is about. */
import type { Fragment } from './fragment.js';

export const HTTP_ERRORS: readonly Fragment[] = [
  {
    id: 'http-429',
    text: /(?<![.,#/\d-]|\.\w{1,4}:)\b429\b(?!\.\d| ?(?:m?s|bytes|[KMG]i?B?)\b)|Too Many Requests|too many requests/,
    means: { by: { apiserver: ['apiserver-throttles'], alone: ['apiserver-throttles'] } },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/server/filters',
  },
  {
    id: 'http-401',
    text: /(?<![.,#/\d-]|\.\w{1,4}:)\b401\b(?!\.\d| ?(?:m?s|bytes|[KMG]i?B?)\b)|\bUnauthorized\b|\bunauthorized\b|the server has asked for the client to provide credentials/,
    means: {
      by: {
        kubelet: [
          'kubelet-token-authentication-off',
          'kubelet-rejects-credential',
          'kubelet-cannot-reach-apiserver',
          'token-expired',
          'token-stale-copy',
        ],
        apiserver: ['token-rejected', 'token-expired', 'token-stale-copy'],
      },
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go, staging/src/k8s.io/apiserver/pkg/endpoints/filters/authentication.go',
  },
  {
    id: 'http-403',
    text: /(?<![.,#/\d-]|\.\w{1,4}:)\b403\b(?!\.\d| ?(?:m?s|bytes|[KMG]i?B?)\b)|forbidden/i,
    means: {
      by: {
        kubelet: ['kubelet-permission-missing', 'kubelet-ignores-token', 'fine-grained-permission-too-new'],
        apiserver: ['permission-missing'],
      },
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go, staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters',
  },
  {
    id: 'http-405',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")405\b|Method Not Allowed/,
    means: { by: { kubelet: ['kubelet-debug-handlers-off'] } },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go',
  },
  {
    id: 'http-404',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")404\b|404 (?:page )?not found|404 Client Error/i,
    when: ({ target }) => !/^\/spec\b/.test(target.path ?? ''),
    means: {
      by: {
        kubelet: ['kubelet-endpoint-fails', 'kubelet-debug-handlers-off', 'not-a-kubelet'],
        'read-only-port': ['kubelet-endpoint-fails', 'not-a-kubelet'],
      },
    },
    source: 'Go net/http/server.go; Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go',
  },
  {
    id: 'http-5xx-healthz',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")50[03]\b|50[03] (?:Internal Server Error|Service Unavailable|Server Error)/,
    when: ({ body }) => /healthz|health check/i.test(body),
    means: { by: { kubelet: ['kubelet-unhealthy'], apiserver: ['apiserver-not-ready'] } },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/server/healthz',
  },
  {
    id: 'http-5xx',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")50[0-4]\b|50[0-4] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Server Error)/i,
    means: {
      by: {
        kubelet: ['kubelet-endpoint-fails', 'kubelet-cannot-reach-apiserver', 'kubelet-unhealthy'],
        apiserver: ['apiserver-not-ready', 'not-an-apiserver'],
      },
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go',
  },
  {
    id: 'html',
    text: /invalid character '<'|<!DOCTYPE html|<html\b|expected a valid start token, got "<"|got "<"/i,
    means: {
      by: {
        kubelet: ['not-a-kubelet', 'kubelet-answer-foreign', 'proxy-captures-kubelet'],
        apiserver: ['not-an-apiserver', 'proxy-captures-apiserver'],
      },
    },
    source: 'Go encoding/json; Prometheus common 0.5x expfmt: a page of HTML where JSON or metrics were expected',
  },
];
