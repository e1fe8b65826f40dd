{{/* Not empty when the admission endpoint of the v1alpha5 era is wanted. */}}
{{- define "karpenter.webhook" -}}
{{- if and .Values.legacy.enabled .Values.legacy.webhook.enabled -}}yes{{- end -}}
{{- end -}}

{{/* Variables of the era that differ from what the process takes by itself. */}}
{{- define "karpenter.legacyEnvironment" -}}
{{- range list
  (list "INSTANCE_DEFAULTS" .Values.legacy.instanceDefaults)
  (list "PROVIDER_VALIDATION" .Values.legacy.providerValidation)
  (list "LOG_COMPAT" .Values.legacy.logCompat)
  (list "LEGACY_DO_NOT_EVICT_BLOCKS_DRAIN" .Values.legacy.doNotEvictBlocksDrain)
}}
{{- $text := include "karpenter.setting" (list $ (index . 1)) }}
{{- if ne $text "" }}
- name: {{ index . 0 }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- if include "karpenter.webhook" . }}
- name: DISABLE_WEBHOOK
  value: "false"
- name: WEBHOOK_PORT
  value: {{ .Values.legacy.webhook.port | quote }}
{{- end }}
{{- end -}}

{{- define "karpenter.webhookContainerPort" -}}
{{- if include "karpenter.webhook" . }}
- name: https-webhook
  containerPort: {{ .Values.legacy.webhook.port }}
  protocol: TCP
{{- end }}
{{- end -}}

{{/* One webhook. Takes the root, its name and path, and the rules. */}}
{{- define "karpenter.webhookOf" -}}
{{- $root := index . 0 -}}
- name: {{ index . 1 }}
  admissionReviewVersions: ["v1"]
  clientConfig:
    # The controller puts the bundle of its authority here.
    service:
      name: {{ include "karpenter.fullname" $root }}
      namespace: {{ $root.Release.Namespace }}
      port: {{ $root.Values.legacy.webhook.port }}
      path: {{ index . 2 }}
  failurePolicy: {{ $root.Values.legacy.webhook.failurePolicy }}
  sideEffects: None
  timeoutSeconds: {{ $root.Values.legacy.webhook.timeoutSeconds }}
  rules:
    {{- index . 3 | nindent 4 }}
{{- end -}}

{{- define "karpenter.eraRules" -}}
- apiGroups: ["karpenter.sh"]
  apiVersions: ["v1alpha5"]
  operations: ["CREATE", "UPDATE"]
  resources: ["provisioners", "provisioners/status"]
- apiGroups: ["karpenter.k8s.aws"]
  apiVersions: ["v1alpha1"]
  operations: ["CREATE", "UPDATE"]
  resources: ["awsnodetemplates", "awsnodetemplates/status"]
{{- end -}}
