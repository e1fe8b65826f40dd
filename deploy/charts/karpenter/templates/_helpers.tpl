{{- define "karpenter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "karpenter.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "karpenter.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "karpenter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "karpenter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "karpenter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "karpenter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.additionalLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Lines of `metadata.annotations`, none when there are none. Takes the root and more annotations. */}}
{{- define "karpenter.annotations" -}}
{{- with mergeOverwrite (dict) (index . 0).Values.additionalAnnotations (index . 1) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Name, labels and annotations of an object. Takes the root, a name, more annotations and more labels. */}}
{{- define "karpenter.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
labels:
  {{- include "karpenter.labels" $root | nindent 2 }}
  {{- with index . 3 }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- include "karpenter.annotations" (list $root (index . 2)) }}
{{- end -}}

{{- define "karpenter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "karpenter.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "karpenter.image" -}}
{{- $image := .Values.controller.image -}}
{{- $image.repository }}:{{ default .Chart.AppVersion $image.tag }}{{ with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* Text of a setting; empty when there is none. False and 0 are values. Takes the root and the value. */}}
{{- define "karpenter.setting" -}}
{{- $value := index . 1 -}}
{{- if not (kindIs "invalid" $value) -}}{{ tpl (toString $value) (index . 0) }}{{- end -}}
{{- end -}}

{{/* Gates as Name=bool,… in order of their names. */}}
{{- define "karpenter.gates" -}}
{{- $gates := list -}}
{{- range $name, $on := . -}}
{{- $gates = append $gates (printf "%s=%s" (printf "%s%s" (upper (substr 0 1 $name)) (substr 1 -1 $name)) (toString $on)) -}}
{{- end -}}
{{- join "," $gates -}}
{{- end -}}

{{/* The affinity, where pod terms without a label selector get that of this chart. */}}
{{- define "karpenter.affinity" -}}
{{- $affinity := deepCopy .Values.affinity -}}
{{- $selector := dict "matchLabels" (include "karpenter.selectorLabels" . | fromYaml) -}}
{{- range $kind := list "podAffinity" "podAntiAffinity" -}}
{{- with get $affinity $kind -}}
{{- range (index . "requiredDuringSchedulingIgnoredDuringExecution") -}}
{{- if not (hasKey . "labelSelector") -}}{{- $_ := set . "labelSelector" $selector -}}{{- end -}}
{{- end -}}
{{- range (index . "preferredDuringSchedulingIgnoredDuringExecution") -}}
{{- if not (hasKey .podAffinityTerm "labelSelector") -}}{{- $_ := set .podAffinityTerm "labelSelector" $selector -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $affinity -}}
{{- end -}}

{{- define "karpenter.spread" -}}
{{- $constraints := deepCopy (dict "all" .Values.topologySpreadConstraints) -}}
{{- $selector := dict "matchLabels" (include "karpenter.selectorLabels" . | fromYaml) -}}
{{- range $constraints.all -}}
{{- if not (hasKey . "labelSelector") -}}{{- $_ := set . "labelSelector" $selector -}}{{- end -}}
{{- end -}}
{{- toYaml $constraints.all -}}
{{- end -}}

{{/* Not empty when the controller will meet objects of the v1alpha5 era. */}}
{{- define "karpenter.legacy" -}}
{{- if or .Values.legacy.enabled (.Capabilities.APIVersions.Has "karpenter.sh/v1alpha5") -}}yes{{- end -}}
{{- end -}}

{{/* Binds a cluster role to the service account. Takes the root and the role's name. */}}
{{- define "karpenter.clusterBinding" -}}
{{- $root := index . 0 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  {{- include "karpenter.metadata" (list $root (index . 1) (dict) (dict)) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ index . 1 }}
subjects:
  - kind: ServiceAccount
    name: {{ include "karpenter.serviceAccountName" $root }}
    namespace: {{ $root.Release.Namespace }}
{{- end -}}

{{/* Binds a role to the service account. Takes the root, the role's namespace and its name. */}}
{{- define "karpenter.binding" -}}
{{- $root := index . 0 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "karpenter.metadata" (list $root (index . 2) (dict) (dict)) | nindent 2 }}
  namespace: {{ index . 1 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ index . 2 }}
subjects:
  - kind: ServiceAccount
    name: {{ include "karpenter.serviceAccountName" $root }}
    namespace: {{ $root.Release.Namespace }}
{{- end -}}
