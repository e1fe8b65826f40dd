// Made by tools/codegen/kubernetes-fields.ts. Do not edit.

export const kindModels = `
v1/ConfigMap V1ConfigMap
v1/Endpoints V1Endpoints
v1/Event CoreV1Event
v1/LimitRange V1LimitRange
v1/Namespace V1Namespace
v1/Node V1Node
v1/PersistentVolumeClaim V1PersistentVolumeClaim
v1/PersistentVolume V1PersistentVolume
v1/Pod V1Pod
v1/PodTemplate V1PodTemplate
v1/ReplicationController V1ReplicationController
v1/ResourceQuota V1ResourceQuota
v1/Secret V1Secret
v1/ServiceAccount V1ServiceAccount
v1/Service V1Service
apiextensions.k8s.io/v1/CustomResourceDefinition V1CustomResourceDefinition
apps/v1/ControllerRevision V1ControllerRevision
apps/v1/DaemonSet V1DaemonSet
apps/v1/Deployment V1Deployment
apps/v1/ReplicaSet V1ReplicaSet
apps/v1/StatefulSet V1StatefulSet
autoscaling/v2/HorizontalPodAutoscaler V2HorizontalPodAutoscaler
batch/v1/CronJob V1CronJob
batch/v1/Job V1Job
certificates.k8s.io/v1/CertificateSigningRequest V1CertificateSigningRequest
networking.k8s.io/v1/IngressClass V1IngressClass
networking.k8s.io/v1/Ingress V1Ingress
networking.k8s.io/v1/NetworkPolicy V1NetworkPolicy
policy/v1/PodDisruptionBudget V1PodDisruptionBudget
rbac.authorization.k8s.io/v1/ClusterRoleBinding V1ClusterRoleBinding
rbac.authorization.k8s.io/v1/ClusterRole V1ClusterRole
rbac.authorization.k8s.io/v1/RoleBinding V1RoleBinding
rbac.authorization.k8s.io/v1/Role V1Role
scheduling.k8s.io/v1/PriorityClass V1PriorityClass
storage.k8s.io/v1/CSIDriver V1CSIDriver
storage.k8s.io/v1/CSINode V1CSINode
storage.k8s.io/v1/CSIStorageCapacity V1CSIStorageCapacity
storage.k8s.io/v1/StorageClass V1StorageClass
storage.k8s.io/v1/VolumeAttachment V1VolumeAttachment
admissionregistration.k8s.io/v1/MutatingWebhookConfiguration V1MutatingWebhookConfiguration
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy V1ValidatingAdmissionPolicy
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding V1ValidatingAdmissionPolicyBinding
admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration V1ValidatingWebhookConfiguration
apiregistration.k8s.io/v1/APIService V1APIService
coordination.k8s.io/v1/Lease V1Lease
discovery.k8s.io/v1/EndpointSlice V1EndpointSlice
node.k8s.io/v1/RuntimeClass V1RuntimeClass
policy/v1/Eviction V1Eviction
v1/Binding V1Binding
autoscaling/v1/Scale V1Scale
meta/v1/DeleteOptions V1DeleteOptions
authentication.k8s.io/v1/SelfSubjectReview V1SelfSubjectReview
authorization.k8s.io/v1/SelfSubjectAccessReview V1SelfSubjectAccessReview
authorization.k8s.io/v1/SelfSubjectRulesReview V1SelfSubjectRulesReview
authorization.k8s.io/v1/SubjectAccessReview V1SubjectAccessReview
`;

export const fieldTable = `
AdmissionregistrationV1ServiceReference name!:string namespace!:string path:string port:int32
AdmissionregistrationV1WebhookClientConfig caBundle:string service:AdmissionregistrationV1ServiceReference url:string
ApiextensionsV1ServiceReference name!:string namespace!:string path:string port:int32
ApiextensionsV1WebhookClientConfig caBundle:string service:ApiextensionsV1ServiceReference url:string
ApiregistrationV1ServiceReference name:string namespace:string port:int32
CoreV1EndpointPort * appProtocol:string#4 name:string#1~z port!:int32#2 protocol:string#3~z
CoreV1Event action:string#12~z apiVersion:string count:int32#8~z eventTime:microdate#10~z firstTimestamp:date#6~z involvedObject!:V1ObjectReference#2 kind:string lastTimestamp:date#7~z message:string#4~z metadata!:V1ObjectMeta#1 reason:string#3~z related:V1ObjectReference#13 reportingComponent:string#14 reportingInstance:string#15 series:CoreV1EventSeries#11 source:V1EventSource#5~z type:string#9~z
CoreV1EventSeries count:int32#1~z lastObservedTime:microdate#2~z
CoreV1ResourceClaim name!:string#1 request:string#2~z
DiscoveryV1EndpointPort * appProtocol:string#4 name:string#1 port:int32#3 protocol:string#2
RbacV1Subject * apiGroup:string#2~z kind!:string#1 name!:string#3 namespace:string#4~z
StorageV1TokenRequest audience!:string#1 expirationSeconds:int64#2
V1APIService apiVersion:string kind:string metadata:V1ObjectMeta spec:V1APIServiceSpec status:V1APIServiceStatus
V1APIServiceCondition lastTransitionTime:date message:string reason:string status!:string type!:string
V1APIServiceSpec caBundle:string group:string groupPriorityMinimum!:int32 insecureSkipTLSVerify:boolean service:ApiregistrationV1ServiceReference version:string versionPriority!:int32
V1APIServiceStatus conditions:[V1APIServiceCondition]
V1AWSElasticBlockStoreVolumeSource fsType:string#2~z partition:int32#3~z readOnly:boolean#4~z volumeID!:string#1
V1Affinity nodeAffinity:V1NodeAffinity#1 podAffinity:V1PodAffinity#2 podAntiAffinity:V1PodAntiAffinity#3
V1AggregationRule clusterRoleSelectors:[V1LabelSelector]#1~a~z
V1AppArmorProfile localhostProfile:string#2 type!:string#1
V1AttachedVolume devicePath!:string#2 name!:string#1
V1AuditAnnotation key!:string#1 valueExpression!:string#2
V1AzureDiskVolumeSource cachingMode:string#3 diskName!:string#1 diskURI!:string#2 fsType:string#4 kind:string#6 readOnly:boolean#5
V1AzureFilePersistentVolumeSource readOnly:boolean#3~z secretName!:string#1 secretNamespace:string#4 shareName!:string#2
V1AzureFileVolumeSource readOnly:boolean#3~z secretName!:string#1 shareName!:string#2
V1Binding apiVersion:string kind:string metadata:V1ObjectMeta#1 target!:V1ObjectReference#2
V1CSIDriver apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1CSIDriverSpec#2
V1CSIDriverSpec attachRequired:boolean#1 fsGroupPolicy:string#5 nodeAllocatableUpdatePeriodSeconds:int64#9 podInfoOnMount:boolean#2 preventPodSchedulingIfMissing:boolean#11 requiresRepublish:boolean#7 seLinuxMount:boolean#8 serviceAccountTokenInSecrets:boolean#10 storageCapacity:boolean#4 tokenRequests:[StorageV1TokenRequest]#6~a~z volumeLifecycleModes:[string]#3~s~z
V1CSINode apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1CSINodeSpec#2
V1CSINodeDriver allocatable:V1VolumeNodeResources#4 name!:string#1 nodeID!:string#2 topologyKeys:[string]#3~a
V1CSINodeSpec drivers!:[V1CSINodeDriver]#1~p=name~k=name
V1CSIPersistentVolumeSource controllerExpandSecretRef:V1SecretReference#9 controllerPublishSecretRef:V1SecretReference#6 driver!:string#1 fsType:string#4~z nodeExpandSecretRef:V1SecretReference#10 nodePublishSecretRef:V1SecretReference#8 nodeStageSecretRef:V1SecretReference#7 readOnly:boolean#3~z volumeAttributes:{string}#5~z volumeHandle!:string#2
V1CSIStorageCapacity apiVersion:string capacity:quantity#4 kind:string maximumVolumeSize:quantity#5 metadata:V1ObjectMeta#1 nodeTopology:V1LabelSelector#2 storageClassName!:string#3
V1CSIVolumeSource driver!:string#1 fsType:string#3 nodePublishSecretRef:V1LocalObjectReference#5 readOnly:boolean#2 volumeAttributes:{string}#4~z
V1Capabilities add:[string]#1~a~z drop:[string]#2~a~z
V1CephFSPersistentVolumeSource monitors!:[string]#1~a path:string#2~z readOnly:boolean#6~z secretFile:string#4~z secretRef:V1SecretReference#5 user:string#3~z
V1CephFSVolumeSource monitors!:[string]#1~a path:string#2~z readOnly:boolean#6~z secretFile:string#4~z secretRef:V1LocalObjectReference#5 user:string#3~z
V1CertificateSigningRequest apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1CertificateSigningRequestSpec#2 status:V1CertificateSigningRequestStatus#3~z
V1CertificateSigningRequestCondition lastTransitionTime:date#5~z lastUpdateTime:date#4~z message:string#3~z reason:string#2~z status!:string#6 type!:string#1
V1CertificateSigningRequestSpec expirationSeconds:int32#8 extra:{[string]}#6~z groups:[string]#4~a~z request!:bytes#1 signerName!:string#7 uid:string#3~z usages:[string]#5~a~z username:string#2~z
V1CertificateSigningRequestStatus certificate:bytes#2~z conditions:[V1CertificateSigningRequestCondition]#1~k=type~z
V1CinderPersistentVolumeSource fsType:string#2~z readOnly:boolean#3~z secretRef:V1SecretReference#4 volumeID!:string#1
V1CinderVolumeSource fsType:string#2~z readOnly:boolean#3~z secretRef:V1LocalObjectReference#4 volumeID!:string#1
V1ClientIPConfig timeoutSeconds:int32#1
V1ClusterRole aggregationRule:V1AggregationRule#3 apiVersion:string kind:string metadata:V1ObjectMeta#1 rules:[V1PolicyRule]#2~a
V1ClusterRoleBinding apiVersion:string kind:string metadata:V1ObjectMeta#1 roleRef!:V1RoleRef#3 subjects:[RbacV1Subject]#2~a~z
V1ClusterTrustBundleProjection labelSelector:V1LabelSelector#3 name:string#1 optional:boolean#5 path!:string#4 signerName:string#2
V1Condition lastTransitionTime!:date#4 message!:string#6 observedGeneration:int64#3~z reason!:string#5 status!:string#2 type!:string#1
V1ConfigMap apiVersion:string binaryData:{bytes}#3~z data:{string}#2~z immutable:boolean#4 kind:string metadata:V1ObjectMeta#1
V1ConfigMapEnvSource name:string~z optional:boolean#2 @localObjectReference#1
V1ConfigMapEnvSource@localObjectReference name#1
V1ConfigMapKeySelector * key!:string#2 name:string~z optional:boolean#3 @localObjectReference#1
V1ConfigMapKeySelector@localObjectReference name#1
V1ConfigMapNodeConfigSource kubeletConfigKey!:string#5 name!:string#2 namespace!:string#1 resourceVersion:string#4~z uid:string#3~z
V1ConfigMapProjection items:[V1KeyToPath]#2~a~z name:string~z optional:boolean#4 @localObjectReference#1
V1ConfigMapProjection@localObjectReference name#1
V1ConfigMapVolumeSource defaultMode:int32#3 items:[V1KeyToPath]#2~a~z name:string~z optional:boolean#4 @localObjectReference#1
V1ConfigMapVolumeSource@localObjectReference name#1
V1Container args:[string]#4~a~z command:[string]#3~a~z env:[V1EnvVar]#7~p=name~k=name~z envFrom:[V1EnvFromSource]#19~a~z image:string#2~z imagePullPolicy:string#14~z lifecycle:V1Lifecycle#12 livenessProbe:V1Probe#10 name!:string#1 ports:[V1ContainerPort]#6~p=containerPort~k=containerPort,protocol~z readinessProbe:V1Probe#11 resizePolicy:[V1ContainerResizePolicy]#23~a~z resources:V1ResourceRequirements#8~z restartPolicy:string#24 restartPolicyRules:[V1ContainerRestartRule]#25~a~z securityContext:V1SecurityContext#15 startupProbe:V1Probe#22 stdin:boolean#16~z stdinOnce:boolean#17~z terminationMessagePath:string#13~z terminationMessagePolicy:string#20~z tty:boolean#18~z volumeDevices:[V1VolumeDevice]#21~p=devicePath~k=devicePath~z volumeMounts:[V1VolumeMount]#9~p=mountPath~k=mountPath~z workingDir:string#5~z
V1ContainerExtendedResourceRequest containerName!:string#1 requestName!:string#3 resourceName!:string#2
V1ContainerImage names:[string]#1~a sizeBytes:int64#2~z
V1ContainerPort containerPort!:int32#3 hostIP:string#5~z hostPort:int32#2~z name:string#1~z protocol:string#4~z
V1ContainerResizePolicy resourceName!:string#1 restartPolicy!:string#2
V1ContainerRestartRule action!:string#1~z exitCodes:V1ContainerRestartRuleOnExitCodes#2
V1ContainerRestartRuleOnExitCodes operator!:string#1~z values:[int32]#2~s~z
V1ContainerState running:V1ContainerStateRunning#2 terminated:V1ContainerStateTerminated#3 waiting:V1ContainerStateWaiting#1
V1ContainerStateRunning startedAt:date#1~z
V1ContainerStateTerminated containerID:string#7~z exitCode!:int32#1 finishedAt:date#6~z message:string#4~z reason:string#3~z signal:int32#2~z startedAt:date#5~z
V1ContainerStateWaiting message:string#2~z reason:string#1~z
V1ContainerStatus allocatedResources:{quantity}#10~z allocatedResourcesStatus:[V1ResourceStatus]#14~p=name~k=name~z containerID:string#8~z image!:string#6 imageID!:string#7 lastState:V1ContainerState#3~z name!:string#1 ready!:boolean#4 resources:V1ResourceRequirements#11 restartCount!:int32#5 started:boolean#9 state:V1ContainerState#2~z stopSignal:string#15 user:V1ContainerUser#13 volumeMounts:[V1VolumeMountStatus]#12~p=mountPath~k=mountPath~z
V1ContainerUser linux:V1LinuxContainerUser#1
V1ControllerRevision apiVersion:string data:any#2~z kind:string metadata:V1ObjectMeta#1 revision!:int64#3
V1CronJob apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1CronJobSpec#2~z status:V1CronJobStatus#3~z
V1CronJobSpec concurrencyPolicy:string#3~z failedJobsHistoryLimit:int32#7 jobTemplate!:V1JobTemplateSpec#5 schedule!:string#1 startingDeadlineSeconds:int64#2 successfulJobsHistoryLimit:int32#6 suspend:boolean#4 timeZone:string#8
V1CronJobStatus active:[V1ObjectReference]#1~a~z lastScheduleTime:date#4 lastSuccessfulTime:date#5
V1CustomResourceColumnDefinition description:string format:string jsonPath!:string name!:string priority:int32 type!:string
V1CustomResourceConversion strategy!:string webhook:V1WebhookConversion
V1CustomResourceDefinition apiVersion:string kind:string metadata:V1ObjectMeta spec!:V1CustomResourceDefinitionSpec status:V1CustomResourceDefinitionStatus
V1CustomResourceDefinitionCondition lastTransitionTime:date message:string observedGeneration:int64 reason:string status!:string type!:string
V1CustomResourceDefinitionNames categories:[string] kind!:string listKind:string plural!:string shortNames:[string] singular:string
V1CustomResourceDefinitionSpec conversion:V1CustomResourceConversion group!:string names!:V1CustomResourceDefinitionNames preserveUnknownFields:boolean scope!:string versions!:[V1CustomResourceDefinitionVersion]
V1CustomResourceDefinitionStatus acceptedNames:V1CustomResourceDefinitionNames conditions:[V1CustomResourceDefinitionCondition] observedGeneration:int64 storedVersions:[string]
V1CustomResourceDefinitionVersion additionalPrinterColumns:[V1CustomResourceColumnDefinition] deprecated:boolean deprecationWarning:string name!:string schema:V1CustomResourceValidation selectableFields:[V1SelectableField] served!:boolean storage!:boolean subresources:V1CustomResourceSubresources
V1CustomResourceSubresourceScale labelSelectorPath:string specReplicasPath!:string statusReplicasPath!:string
V1CustomResourceSubresources scale:V1CustomResourceSubresourceScale status:any
V1CustomResourceValidation openAPIV3Schema:V1JSONSchemaProps
V1DaemonEndpoint Port!:int32#1
V1DaemonSet apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1DaemonSetSpec#2~z status:V1DaemonSetStatus#3~z
V1DaemonSetCondition lastTransitionTime:date#3~z message:string#5~z reason:string#4~z status!:string#2 type!:string#1
V1DaemonSetSpec minReadySeconds:int32#4~z revisionHistoryLimit:int32#6 selector!:V1LabelSelector#1 template!:V1PodTemplateSpec#2 updateStrategy:V1DaemonSetUpdateStrategy#3~z
V1DaemonSetStatus collisionCount:int32#9 conditions:[V1DaemonSetCondition]#10~p=type~k=type~z currentNumberScheduled!:int32#1 desiredNumberScheduled!:int32#3 numberAvailable:int32#7~z numberMisscheduled!:int32#2 numberReady!:int32#4 numberUnavailable:int32#8~z observedGeneration:int64#5~z updatedNumberScheduled:int32#6~z
V1DaemonSetUpdateStrategy rollingUpdate:V1RollingUpdateDaemonSet#2 type:string#1~z
V1DeleteOptions apiVersion:string dryRun:[string]#5~a~z gracePeriodSeconds:int64#1 ignoreStoreReadErrorWithClusterBreakingPotential:boolean#6 kind:string orphanDependents:boolean#3 preconditions:V1Preconditions#2 propagationPolicy:string#4
V1Deployment apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1DeploymentSpec#2~z status:V1DeploymentStatus#3~z
V1DeploymentCondition lastTransitionTime:date#7~z lastUpdateTime:date#6~z message:string#5~z reason:string#4~z status!:string#2 type!:string#1
V1DeploymentSpec minReadySeconds:int32#5~z paused:boolean#7~z progressDeadlineSeconds:int32#9 replicas:int32#1 revisionHistoryLimit:int32#6 selector!:V1LabelSelector#2 strategy:V1DeploymentStrategy#4~r~z template!:V1PodTemplateSpec#3
V1DeploymentStatus availableReplicas:int32#4~z collisionCount:int32#8 conditions:[V1DeploymentCondition]#6~p=type~k=type~z observedGeneration:int64#1~z readyReplicas:int32#7~z replicas:int32#2~z terminatingReplicas:int32#9 unavailableReplicas:int32#5~z updatedReplicas:int32#3~z
V1DeploymentStrategy rollingUpdate:V1RollingUpdateDeployment#2 type:string#1~z
V1DownwardAPIProjection items:[V1DownwardAPIVolumeFile]#1~a~z
V1DownwardAPIVolumeFile fieldRef:V1ObjectFieldSelector#2 mode:int32#4 path!:string#1 resourceFieldRef:V1ResourceFieldSelector#3
V1DownwardAPIVolumeSource defaultMode:int32#2 items:[V1DownwardAPIVolumeFile]#1~a~z
V1EmptyDirVolumeSource medium:string#1~z sizeLimit:quantity#2
V1Endpoint addresses!:[string]#1~s conditions:V1EndpointConditions#2~z deprecatedTopology:{string}#5~z hints:V1EndpointHints#8 hostname:string#3 nodeName:string#6 targetRef:V1ObjectReference#4 zone:string#7
V1EndpointAddress * hostname:string#3~z ip!:string#1 nodeName:string#4 targetRef:V1ObjectReference#2
V1EndpointConditions ready:boolean#1 serving:boolean#2 terminating:boolean#3
V1EndpointHints forNodes:[V1ForNode]#2~a~z forZones:[V1ForZone]#1~a~z
V1EndpointSlice addressType!:string#4 apiVersion:string endpoints:[V1Endpoint]#2~a kind:string metadata:V1ObjectMeta#1 ports:[DiscoveryV1EndpointPort]#3~a
V1EndpointSubset addresses:[V1EndpointAddress]#1~a~z notReadyAddresses:[V1EndpointAddress]#2~a~z ports:[CoreV1EndpointPort]#3~a~z
V1Endpoints apiVersion:string kind:string metadata:V1ObjectMeta#1 subsets:[V1EndpointSubset]#2~a~z
V1EnvFromSource configMapRef:V1ConfigMapEnvSource#2 prefix:string#1~z secretRef:V1SecretEnvSource#3
V1EnvVar name!:string#1 value:string#2~z valueFrom:V1EnvVarSource#3
V1EnvVarSource configMapKeyRef:V1ConfigMapKeySelector#3 fieldRef:V1ObjectFieldSelector#1 fileKeyRef:V1FileKeySelector#5 resourceFieldRef:V1ResourceFieldSelector#2 secretKeyRef:V1SecretKeySelector#4
V1EphemeralContainer args:[string]~a~z command:[string]~a~z env:[V1EnvVar]~p=name~k=name~z envFrom:[V1EnvFromSource]~a~z image:string~z imagePullPolicy:string~z lifecycle:V1Lifecycle livenessProbe:V1Probe name!:string ports:[V1ContainerPort]~p=containerPort~k=containerPort,protocol~z readinessProbe:V1Probe resizePolicy:[V1ContainerResizePolicy]~a~z resources:V1ResourceRequirements~z restartPolicy:string restartPolicyRules:[V1ContainerRestartRule]~a~z securityContext:V1SecurityContext startupProbe:V1Probe stdin:boolean~z stdinOnce:boolean~z targetContainerName:string#2~z terminationMessagePath:string~z terminationMessagePolicy:string~z tty:boolean~z volumeDevices:[V1VolumeDevice]~p=devicePath~k=devicePath~z volumeMounts:[V1VolumeMount]~p=mountPath~k=mountPath~z workingDir:string~z @ephemeralContainerCommon#1
V1EphemeralContainer@ephemeralContainerCommon name#1 image#2 command#3 args#4 workingDir#5 ports#6 envFrom#19 env#7 resources#8 resizePolicy#23 restartPolicy#24 restartPolicyRules#25 volumeMounts#9 volumeDevices#21 livenessProbe#10 readinessProbe#11 startupProbe#22 lifecycle#12 terminationMessagePath#13 terminationMessagePolicy#20 imagePullPolicy#14 securityContext#15 stdin#16 stdinOnce#17 tty#18
V1EphemeralVolumeSource volumeClaimTemplate:V1PersistentVolumeClaimTemplate#1
V1EventSource component:string#1~z host:string#2~z
V1Eviction apiVersion:string deleteOptions:V1DeleteOptions#2 kind:string metadata:V1ObjectMeta#1
V1ExecAction command:[string]#1~a~z
V1ExpressionWarning fieldRef!:string#2 warning!:string#3
V1ExternalDocumentation description:string url:string
V1FCVolumeSource fsType:string#3~z lun:int32#2 readOnly:boolean#4~z targetWWNs:[string]#1~a~z wwids:[string]#5~a~z
V1FieldSelectorAttributes rawSelector:string#1~z requirements:[V1FieldSelectorRequirement]#2~a~z
V1FieldSelectorRequirement key!:string#1 operator!:string#2 values:[string]#3~a~z
V1FileKeySelector * key!:string#3 optional:boolean#4 path!:string#2 volumeName!:string#1
V1FlexPersistentVolumeSource driver!:string#1 fsType:string#2~z options:{string}#5~z readOnly:boolean#4~z secretRef:V1SecretReference#3
V1FlexVolumeSource driver!:string#1 fsType:string#2~z options:{string}#5~z readOnly:boolean#4~z secretRef:V1LocalObjectReference#3
V1FlockerVolumeSource datasetName:string#1~z datasetUUID:string#2~z
V1ForNode name!:string#1
V1ForZone name!:string#1
V1GCEPersistentDiskVolumeSource fsType:string#2~z partition:int32#3~z pdName!:string#1 readOnly:boolean#4~z
V1GRPCAction port!:int32#1 service:string#2
V1GitRepoVolumeSource directory:string#3~z repository!:string#1 revision:string#2~z
V1GlusterfsPersistentVolumeSource endpoints!:string#1 endpointsNamespace:string#4 path!:string#2 readOnly:boolean#3~z
V1GlusterfsVolumeSource endpoints!:string#1 path!:string#2 readOnly:boolean#3~z
V1HTTPGetAction host:string#3~z httpHeaders:[V1HTTPHeader]#5~a~z path:string#1~z port!:intOrString#2 scheme:string#4~z
V1HTTPHeader name!:string#1 value!:string#2
V1HTTPIngressPath backend!:V1IngressBackend#2 path:string#1~z pathType!:string#3
V1HTTPIngressRuleValue paths!:[V1HTTPIngressPath]#1~a
V1HostAlias hostnames:[string]#2~a~z ip!:string#1
V1HostIP ip!:string#1
V1HostPathVolumeSource path!:string#1 type:string#2
V1IPBlock cidr!:string#1 except:[string]#2~a~z
V1ISCSIPersistentVolumeSource chapAuthDiscovery:boolean#8~z chapAuthSession:boolean#11~z fsType:string#5~z initiatorName:string#12 iqn!:string#2 iscsiInterface:string#4~z lun!:int32#3 portals:[string]#7~a~z readOnly:boolean#6~z secretRef:V1SecretReference#10 targetPortal!:string#1
V1ISCSIVolumeSource chapAuthDiscovery:boolean#8~z chapAuthSession:boolean#11~z fsType:string#5~z initiatorName:string#12 iqn!:string#2 iscsiInterface:string#4~z lun!:int32#3 portals:[string]#7~a~z readOnly:boolean#6~z secretRef:V1LocalObjectReference#10 targetPortal!:string#1
V1ImageVolumeSource pullPolicy:string#2~z reference:string#1~z
V1ImageVolumeStatus imageRef!:string#1~z
V1Ingress apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1IngressSpec#2~z status:V1IngressStatus#3~z
V1IngressBackend resource:V1TypedLocalObjectReference#3 service:V1IngressServiceBackend#4
V1IngressClass apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1IngressClassSpec#2~z
V1IngressClassParametersReference apiGroup:string kind!:string#2 name!:string#3 namespace:string#5 scope:string#4
V1IngressClassSpec controller:string#1~z parameters:V1IngressClassParametersReference#2
V1IngressLoadBalancerIngress hostname:string#2~z ip:string#1~z ports:[V1IngressPortStatus]#4~a~z
V1IngressLoadBalancerStatus ingress:[V1IngressLoadBalancerIngress]#1~a~z
V1IngressPortStatus error:string#3 port!:int32#1 protocol!:string#2
V1IngressRule host:string#1~z http:V1HTTPIngressRuleValue @ingressRuleValue#2
V1IngressRule@ingressRuleValue http#1
V1IngressServiceBackend name!:string#1 port:V1ServiceBackendPort#2~z
V1IngressSpec defaultBackend:V1IngressBackend#1 ingressClassName:string#4 rules:[V1IngressRule]#3~a~z tls:[V1IngressTLS]#2~a~z
V1IngressStatus loadBalancer:V1IngressLoadBalancerStatus#1~z
V1IngressTLS hosts:[string]#1~a~z secretName:string#2~z
V1JSONSchemaProps $ref:string $schema:string additionalItems:any additionalProperties:any allOf:[V1JSONSchemaProps] anyOf:[V1JSONSchemaProps] default:any definitions:{V1JSONSchemaProps} dependencies:{any} description:string enum:[any] example:any exclusiveMaximum:boolean exclusiveMinimum:boolean externalDocs:V1ExternalDocumentation format:string id:string items:any maxItems:int64 maxLength:int64 maxProperties:int64 maximum:double minItems:int64 minLength:int64 minProperties:int64 minimum:double multipleOf:double not:V1JSONSchemaProps nullable:boolean oneOf:[V1JSONSchemaProps] pattern:string patternProperties:{V1JSONSchemaProps} properties:{V1JSONSchemaProps} required:[string] title:string type:string uniqueItems:boolean x-kubernetes-embedded-resource:boolean x-kubernetes-int-or-string:boolean x-kubernetes-list-map-keys:[string] x-kubernetes-list-type:string x-kubernetes-map-type:string x-kubernetes-preserve-unknown-fields:boolean x-kubernetes-validations:[V1ValidationRule]
V1Job apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1JobSpec#2~z status:V1JobStatus#3~z
V1JobCondition lastProbeTime:date#3~z lastTransitionTime:date#4~z message:string#6~z reason:string#5~z status!:string#2 type!:string#1
V1JobSpec activeDeadlineSeconds:int64#3 backoffLimit:int32#7 backoffLimitPerIndex:int32#12 completionMode:string#9 completions:int32#2 managedBy:string#15 manualSelector:boolean#5 maxFailedIndexes:int32#13 parallelism:int32#1 podFailurePolicy:V1PodFailurePolicy#11 podReplacementPolicy:string#14 selector:V1LabelSelector#4 successPolicy:V1SuccessPolicy#16 suspend:boolean#10 template!:V1PodTemplateSpec#6 ttlSecondsAfterFinished:int32#8
V1JobStatus active:int32#4~z completedIndexes:string#7~z completionTime:date#3 conditions:[V1JobCondition]#1~p=type~a~z failed:int32#6~z failedIndexes:string#10 ready:int32#9 startTime:date#2 succeeded:int32#5~z terminating:int32#11 uncountedTerminatedPods:V1UncountedTerminatedPods#8
V1JobTemplateSpec metadata:V1ObjectMeta#1 spec:V1JobSpec#2~z
V1KeyToPath key!:string#1 mode:int32#3 path!:string#2
V1LabelSelector * matchExpressions:[V1LabelSelectorRequirement]#2~a~z matchLabels:{string}#1~z
V1LabelSelectorAttributes rawSelector:string#1~z requirements:[V1LabelSelectorRequirement]#2~a~z
V1LabelSelectorRequirement key!:string#1 operator!:string#2 values:[string]#3~a~z
V1Lease apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1LeaseSpec#2~z
V1LeaseSpec acquireTime:microdate#3 holderIdentity:string#1 leaseDurationSeconds:int32#2 leaseTransitions:int32#5 preferredHolder:string#7 renewTime:microdate#4 strategy:string#6
V1Lifecycle postStart:V1LifecycleHandler#1 preStop:V1LifecycleHandler#2 stopSignal:string#3
V1LifecycleHandler exec:V1ExecAction#1 httpGet:V1HTTPGetAction#2 sleep:V1SleepAction#4 tcpSocket:V1TCPSocketAction#3
V1LimitRange apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1LimitRangeSpec#2~z
V1LimitRangeItem default:{quantity}#4~z defaultRequest:{quantity}#5~z max:{quantity}#2~z maxLimitRequestRatio:{quantity}#6~z min:{quantity}#3~z type!:string#1
V1LimitRangeSpec limits!:[V1LimitRangeItem]#1~a
V1LinuxContainerUser gid!:int64#2 supplementalGroups:[int64]#3~a~z uid!:int64#1
V1LoadBalancerIngress hostname:string#2~z ip:string#1~z ipMode:string#3 ports:[V1PortStatus]#4~a~z
V1LoadBalancerStatus ingress:[V1LoadBalancerIngress]#1~a~z
V1LocalObjectReference * name:string#1~z
V1LocalVolumeSource fsType:string#2 path!:string#1
V1ManagedFieldsEntry apiVersion:string#3~z fieldsType:string#6~z fieldsV1:any#7 manager:string#1~z operation:string#2~z subresource:string#8~z time:date#4
V1MatchCondition expression!:string name!:string
V1MatchResources * excludeResourceRules:[V1NamedRuleWithOperations]#4~a~z matchPolicy:string#7 namespaceSelector:V1LabelSelector#1 objectSelector:V1LabelSelector#2 resourceRules:[V1NamedRuleWithOperations]#3~a~z
V1ModifyVolumeStatus status!:string#2 targetVolumeAttributesClassName:string#1~z
V1MutatingWebhook admissionReviewVersions!:[string] clientConfig!:AdmissionregistrationV1WebhookClientConfig failurePolicy:string matchConditions:[V1MatchCondition] matchPolicy:string name!:string namespaceSelector:V1LabelSelector objectSelector:V1LabelSelector reinvocationPolicy:string rules:[V1RuleWithOperations] sideEffects!:string timeoutSeconds:int32
V1MutatingWebhookConfiguration apiVersion:string kind:string metadata:V1ObjectMeta#1 webhooks:[V1MutatingWebhook] @Webhooks#2
V1MutatingWebhookConfiguration@Webhooks name#1 clientConfig#2 rules#3 failurePolicy#4 matchPolicy#9 namespaceSelector#5 objectSelector#11 sideEffects#6 timeoutSeconds#7 admissionReviewVersions#8 reinvocationPolicy#10 matchConditions#12
V1NFSVolumeSource path!:string#2 readOnly:boolean#3~z server!:string#1
V1NamedRuleWithOperations * apiGroups:[string] apiVersions:[string] operations:[string]~a~z resourceNames:[string]#1~a~z resources:[string] scope:string @ruleWithOperations#2
V1NamedRuleWithOperations@ruleWithOperations operations#1 rule#2
V1Namespace apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1NamespaceSpec#2~z status:V1NamespaceStatus#3~z
V1NamespaceCondition lastTransitionTime:date#4~z message:string#6~z reason:string#5~z status!:string#2 type!:string#1
V1NamespaceSpec finalizers:[string]#1~a~z
V1NamespaceStatus conditions:[V1NamespaceCondition]#2~p=type~k=type~z phase:string#1~z
V1NetworkPolicy apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1NetworkPolicySpec#2~z
V1NetworkPolicyEgressRule ports:[V1NetworkPolicyPort]#1~a~z to:[V1NetworkPolicyPeer]#2~a~z
V1NetworkPolicyIngressRule from:[V1NetworkPolicyPeer]#2~a~z ports:[V1NetworkPolicyPort]#1~a~z
V1NetworkPolicyPeer ipBlock:V1IPBlock#3 namespaceSelector:V1LabelSelector#2 podSelector:V1LabelSelector#1
V1NetworkPolicyPort endPort:int32#3 port:intOrString#2 protocol:string#1
V1NetworkPolicySpec egress:[V1NetworkPolicyEgressRule]#3~a~z ingress:[V1NetworkPolicyIngressRule]#2~a~z podSelector:V1LabelSelector#1 policyTypes:[string]#4~a~z
V1Node apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1NodeSpec#2~z status:V1NodeStatus#3~z
V1NodeAddress address!:string#2 type!:string#1
V1NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:[V1PreferredSchedulingTerm]#2~a~z requiredDuringSchedulingIgnoredDuringExecution:V1NodeSelector#1
V1NodeAllocatableResourceClaimStatus containers:[string]#2~s~z resourceClaimName!:string#1 resources!:{string}#3
V1NodeCondition lastHeartbeatTime:date#3~z lastTransitionTime:date#4~z message:string#6~z reason:string#5~z status!:string#2 type!:string#1
V1NodeConfigSource configMap:V1ConfigMapNodeConfigSource#2
V1NodeConfigStatus active:V1NodeConfigSource#2 assigned:V1NodeConfigSource#1 error:string#4~z lastKnownGood:V1NodeConfigSource#3
V1NodeDaemonEndpoints kubeletEndpoint:V1DaemonEndpoint#1~z
V1NodeFeatures supplementalGroupsPolicy:boolean#1
V1NodeRuntimeHandler features:V1NodeRuntimeHandlerFeatures#2 name:string#1
V1NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:boolean#1 userNamespaces:boolean#2
V1NodeSelector * nodeSelectorTerms!:[V1NodeSelectorTerm]#1~a
V1NodeSelectorRequirement key!:string#1 operator!:string#2 values:[string]#3~a~z
V1NodeSelectorTerm * matchExpressions:[V1NodeSelectorRequirement]#1~a~z matchFields:[V1NodeSelectorRequirement]#2~a~z
V1NodeSpec configSource:V1NodeConfigSource#6 externalID:string#2~z podCIDR:string#1~z podCIDRs:[string]#7~p~s~z providerID:string#3~z taints:[V1Taint]#5~a~z unschedulable:boolean#4~z
V1NodeStatus addresses:[V1NodeAddress]#5~p=type~k=type~z allocatable:{quantity}#2~z capacity:{quantity}#1~z conditions:[V1NodeCondition]#4~p=type~k=type~z config:V1NodeConfigStatus#11 daemonEndpoints:V1NodeDaemonEndpoints#6~z declaredFeatures:[string]#14~a~z features:V1NodeFeatures#13 images:[V1ContainerImage]#8~a~z nodeInfo:V1NodeSystemInfo#7~z phase:string#3~z runtimeHandlers:[V1NodeRuntimeHandler]#12~a~z volumesAttached:[V1AttachedVolume]#10~a~z volumesInUse:[string]#9~a~z
V1NodeSwapStatus capacity:int64#1
V1NodeSystemInfo architecture!:string#10 bootID!:string#3 containerRuntimeVersion!:string#6 kernelVersion!:string#4 kubeProxyVersion!:string#8 kubeletVersion!:string#7 machineID!:string#1 operatingSystem!:string#9 osImage!:string#5 swap:V1NodeSwapStatus#11 systemUUID!:string#2
V1NonResourceAttributes path:string#1~z verb:string#2~z
V1NonResourceRule nonResourceURLs:[string]#2~a~z verbs!:[string]#1~a
V1ObjectFieldSelector * apiVersion:string#1~z fieldPath!:string#2
V1ObjectMeta annotations:{string}#12~z creationTimestamp:date#8~z deletionGracePeriodSeconds:int64#10 deletionTimestamp:date#9 finalizers:[string]#14~p~s~z generateName:string#2~z generation:int64#7~z labels:{string}#11~z managedFields:[V1ManagedFieldsEntry]#17~a~z name:string#1~z namespace:string#3~z ownerReferences:[V1OwnerReference]#13~p=uid~k=uid~z resourceVersion:string#6~z selfLink:string#4~z uid:string#5~z
V1ObjectReference * apiVersion:string#5~z fieldPath:string#7~z kind:string#1~z name:string#3~z namespace:string#2~z resourceVersion:string#6~z uid:string#4~z
V1Overhead podFixed:{quantity}#1~z
V1OwnerReference * apiVersion!:string#5 blockOwnerDeletion:boolean#7 controller:boolean#6 kind!:string#1 name!:string#3 uid!:string#4
V1ParamKind * apiVersion:string#1~z kind:string#2~z
V1ParamRef * name:string#1~z namespace:string#2~z parameterNotFoundAction:string#4 selector:V1LabelSelector#3
V1PersistentVolume apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1PersistentVolumeSpec#2~z status:V1PersistentVolumeStatus#3~z
V1PersistentVolumeClaim apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1PersistentVolumeClaimSpec#2~z status:V1PersistentVolumeClaimStatus#3~z
V1PersistentVolumeClaimCondition lastProbeTime:date#3~z lastTransitionTime:date#4~z message:string#6~z reason:string#5~z status!:string#2 type!:string#1
V1PersistentVolumeClaimSpec accessModes:[string]#1~a~z dataSource:V1TypedLocalObjectReference#7 dataSourceRef:V1TypedObjectReference#8 resources:V1VolumeResourceRequirements#2~z selector:V1LabelSelector#4 storageClassName:string#5 volumeAttributesClassName:string#9 volumeMode:string#6 volumeName:string#3~z
V1PersistentVolumeClaimStatus accessModes:[string]#2~a~z allocatedResourceStatuses:{string}#7~z allocatedResources:{quantity}#5~z capacity:{quantity}#3~z conditions:[V1PersistentVolumeClaimCondition]#4~p=type~k=type~z currentVolumeAttributesClassName:string#8 modifyVolumeStatus:V1ModifyVolumeStatus#9 phase:string#1~z
V1PersistentVolumeClaimTemplate metadata:V1ObjectMeta#1 spec!:V1PersistentVolumeClaimSpec#2
V1PersistentVolumeClaimVolumeSource claimName!:string#1 readOnly:boolean#2~z
V1PersistentVolumeSpec accessModes:[string]#3~a~z awsElasticBlockStore:V1AWSElasticBlockStoreVolumeSource azureDisk:V1AzureDiskVolumeSource azureFile:V1AzureFilePersistentVolumeSource capacity:{quantity}#1~z cephfs:V1CephFSPersistentVolumeSource cinder:V1CinderPersistentVolumeSource claimRef:V1ObjectReference#4 csi:V1CSIPersistentVolumeSource fc:V1FCVolumeSource flexVolume:V1FlexPersistentVolumeSource flocker:V1FlockerVolumeSource gcePersistentDisk:V1GCEPersistentDiskVolumeSource glusterfs:V1GlusterfsPersistentVolumeSource hostPath:V1HostPathVolumeSource iscsi:V1ISCSIPersistentVolumeSource local:V1LocalVolumeSource mountOptions:[string]#7~a~z nfs:V1NFSVolumeSource nodeAffinity:V1VolumeNodeAffinity#9 persistentVolumeReclaimPolicy:string#5~z photonPersistentDisk:V1PhotonPersistentDiskVolumeSource portworxVolume:V1PortworxVolumeSource quobyte:V1QuobyteVolumeSource rbd:V1RBDPersistentVolumeSource scaleIO:V1ScaleIOPersistentVolumeSource storageClassName:string#6~z storageos:V1StorageOSPersistentVolumeSource volumeAttributesClassName:string#10 volumeMode:string#8 vsphereVolume:V1VsphereVirtualDiskVolumeSource @persistentVolumeSource#2
V1PersistentVolumeSpec@persistentVolumeSource gcePersistentDisk#1 awsElasticBlockStore#2 hostPath#3 glusterfs#4 nfs#5 rbd#6 iscsi#7 cinder#8 cephfs#9 fc#10 flocker#11 flexVolume#12 azureFile#13 vsphereVolume#14 quobyte#15 azureDisk#16 photonPersistentDisk#17 portworxVolume#18 scaleIO#19 local#20 storageos#21 csi#22
V1PersistentVolumeStatus lastPhaseTransitionTime:date#4 message:string#2~z phase:string#1~z reason:string#3~z
V1PhotonPersistentDiskVolumeSource fsType:string#2~z pdID!:string#1
V1Pod apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1PodSpec#2~z status:V1PodStatus#3~z
V1PodAffinity preferredDuringSchedulingIgnoredDuringExecution:[V1WeightedPodAffinityTerm]#2~a~z requiredDuringSchedulingIgnoredDuringExecution:[V1PodAffinityTerm]#1~a~z
V1PodAffinityTerm labelSelector:V1LabelSelector#1 matchLabelKeys:[string]#5~a~z mismatchLabelKeys:[string]#6~a~z namespaceSelector:V1LabelSelector#4 namespaces:[string]#2~a~z topologyKey!:string#3
V1PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:[V1WeightedPodAffinityTerm]#2~a~z requiredDuringSchedulingIgnoredDuringExecution:[V1PodAffinityTerm]#1~a~z
V1PodCertificateProjection certificateChainPath:string#6~z credentialBundlePath:string#4~z keyPath:string#5~z keyType!:string#2~z maxExpirationSeconds:int32#3 signerName!:string#1~z userAnnotations:{string}#7~z
V1PodCondition lastProbeTime:date#3~z lastTransitionTime:date#4~z message:string#6~z observedGeneration:int64#7~z reason:string#5~z status!:string#2 type!:string#1
V1PodDNSConfig nameservers:[string]#1~a~z options:[V1PodDNSConfigOption]#3~a~z searches:[string]#2~a~z
V1PodDNSConfigOption name:string#1~z value:string#2
V1PodDisruptionBudget apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1PodDisruptionBudgetSpec#2~z status:V1PodDisruptionBudgetStatus#3~z
V1PodDisruptionBudgetSpec maxUnavailable:intOrString#3 minAvailable:intOrString#1 selector:V1LabelSelector#2 unhealthyPodEvictionPolicy:string#4
V1PodDisruptionBudgetStatus conditions:[V1Condition]#7~p=type~k=type~z currentHealthy:int32#4 desiredHealthy:int32#5 disruptedPods:{date}#2~z disruptionsAllowed:int32#3 expectedPods:int32#6 observedGeneration:int64#1~z
V1PodExtendedResourceClaimStatus requestMappings!:[V1ContainerExtendedResourceRequest]#1~a resourceClaimName!:string#2
V1PodFailurePolicy rules!:[V1PodFailurePolicyRule]#1~a
V1PodFailurePolicyOnExitCodesRequirement containerName:string#1 operator!:string#2 values!:[int32]#3~s
V1PodFailurePolicyOnPodConditionsPattern status:string#2 type!:string#1
V1PodFailurePolicyRule action!:string#1 onExitCodes:V1PodFailurePolicyOnExitCodesRequirement#2 onPodConditions:[V1PodFailurePolicyOnPodConditionsPattern]#3~a~z
V1PodIP ip!:string#1
V1PodOS name!:string#1
V1PodReadinessGate conditionType!:string#1
V1PodResourceClaim name!:string#1 resourceClaimName:string#3 resourceClaimTemplateName:string#4
V1PodResourceClaimStatus name!:string#1 resourceClaimName:string#2
V1PodSchedulingGate name!:string#1
V1PodSchedulingGroup podGroupName:string#1
V1PodSecurityContext appArmorProfile:V1AppArmorProfile#11 fsGroup:int64#5 fsGroupChangePolicy:string#9 runAsGroup:int64#6 runAsNonRoot:boolean#3 runAsUser:int64#2 seLinuxChangePolicy:string#13 seLinuxOptions:V1SELinuxOptions#1 seccompProfile:V1SeccompProfile#10 supplementalGroups:[int64]#4~a~z supplementalGroupsPolicy:string#12 sysctls:[V1Sysctl]#7~a~z windowsOptions:V1WindowsSecurityContextOptions#8
V1PodSpec activeDeadlineSeconds:int64#5 affinity:V1Affinity#18 automountServiceAccountToken:boolean#21 containers!:[V1Container]#2~p=name~k=name dnsConfig:V1PodDNSConfig#26 dnsPolicy:string#6~z enableServiceLinks:boolean#30 ephemeralContainers:[V1EphemeralContainer]#34~p=name~k=name~z hostAliases:[V1HostAlias]#23~p=ip~k=ip~z hostIPC:boolean#13~z hostNetwork:boolean#11~z hostPID:boolean#12~z hostUsers:boolean#37 hostname:string#16~z hostnameOverride:string#41 imagePullSecrets:[V1LocalObjectReference]#15~p=name~k=name~z initContainers:[V1Container]#20~p=name~k=name~z nodeName:string#10~z nodeSelector:{string}#7~a~z os:V1PodOS#36 overhead:{quantity}#32~z preemptionPolicy:string#31 priority:int32#25 priorityClassName:string#24~z readinessGates:[V1PodReadinessGate]#28~a~z resourceClaims:[V1PodResourceClaim]#39~p=name~r~k=name~z resources:V1ResourceRequirements#40 restartPolicy:string#3~z runtimeClassName:string#29 schedulerName:string#19~z schedulingGates:[V1PodSchedulingGate]#38~p=name~k=name~z schedulingGroup:V1PodSchedulingGroup#43 securityContext:V1PodSecurityContext#14 serviceAccount:string#9~z serviceAccountName:string#8~z setHostnameAsFQDN:boolean#35 shareProcessNamespace:boolean#27 subdomain:string#17~z terminationGracePeriodSeconds:int64#4 tolerations:[V1Toleration]#22~a~z topologySpreadConstraints:[V1TopologySpreadConstraint]#33~p=topologyKey~k=topologyKey,whenUnsatisfiable~z volumes:[V1Volume]#1~p=name~r~k=name~z
V1PodStatus allocatedResources:{string}#19~z conditions:[V1PodCondition]#2~p=type~k=type~z containerStatuses:[V1ContainerStatus]#8~a~z ephemeralContainerStatuses:[V1ContainerStatus]#13~a~z extendedResourceClaimStatus:V1PodExtendedResourceClaimStatus#18 hostIP:string#5~z hostIPs:[V1HostIP]#16~p=ip~a~z initContainerStatuses:[V1ContainerStatus]#10~a~z message:string#3~z nodeAllocatableResourceClaimStatuses:[V1NodeAllocatableResourceClaimStatus]#21~a~z nominatedNodeName:string#11~z observedGeneration:int64#17~z phase:string#1~z podIP:string#6~z podIPs:[V1PodIP]#12~p=ip~k=ip~z qosClass:string#9~z reason:string#4~z resize:string#14~z resourceClaimStatuses:[V1PodResourceClaimStatus]#15~p=name~r~k=name~z resources:V1ResourceRequirements#20 startTime:date#7
V1PodTemplate apiVersion:string kind:string metadata:V1ObjectMeta#1 template:V1PodTemplateSpec#2~z
V1PodTemplateSpec metadata:V1ObjectMeta#1 spec:V1PodSpec#2~z
V1PolicyRule apiGroups:[string]#2~a~z nonResourceURLs:[string]#5~a~z resourceNames:[string]#4~a~z resources:[string]#3~a~z verbs!:[string]#1~a
V1PortStatus error:string#3 port!:int32#1 protocol!:string#2
V1PortworxVolumeSource fsType:string#2~z readOnly:boolean#3~z volumeID!:string#1
V1Preconditions resourceVersion:string#2 uid:string#1
V1PreferredSchedulingTerm preference!:V1NodeSelectorTerm#2 weight!:int32#1
V1PriorityClass apiVersion:string description:string#4~z globalDefault:boolean#3~z kind:string metadata:V1ObjectMeta#1 preemptionPolicy:string#5 value:int32#2
V1Probe exec:V1ExecAction failureThreshold:int32#6~z grpc:V1GRPCAction httpGet:V1HTTPGetAction initialDelaySeconds:int32#2~z periodSeconds:int32#4~z successThreshold:int32#5~z tcpSocket:V1TCPSocketAction terminationGracePeriodSeconds:int64#7 timeoutSeconds:int32#3~z @handler#1
V1Probe@handler exec#1 httpGet#2 tcpSocket#3 grpc#4
V1ProjectedVolumeSource defaultMode:int32#2 sources:[V1VolumeProjection]#1~a
V1QuobyteVolumeSource group:string#5~z readOnly:boolean#3~z registry!:string#1 tenant:string#6~z user:string#4~z volume!:string#2
V1RBDPersistentVolumeSource fsType:string#3~z image!:string#2 keyring:string#6~z monitors!:[string]#1~a pool:string#4~z readOnly:boolean#8~z secretRef:V1SecretReference#7 user:string#5~z
V1RBDVolumeSource fsType:string#3~z image!:string#2 keyring:string#6~z monitors!:[string]#1~a pool:string#4~z readOnly:boolean#8~z secretRef:V1LocalObjectReference#7 user:string#5~z
V1ReplicaSet apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1ReplicaSetSpec#2~z status:V1ReplicaSetStatus#3~z
V1ReplicaSetCondition lastTransitionTime:date#3~z message:string#5~z reason:string#4~z status!:string#2 type!:string#1
V1ReplicaSetSpec minReadySeconds:int32#4~z replicas:int32#1 selector!:V1LabelSelector#2 template:V1PodTemplateSpec#3~z
V1ReplicaSetStatus availableReplicas:int32#5~z conditions:[V1ReplicaSetCondition]#6~p=type~k=type~z fullyLabeledReplicas:int32#2~z observedGeneration:int64#3~z readyReplicas:int32#4~z replicas!:int32#1 terminatingReplicas:int32#7
V1ReplicationController apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1ReplicationControllerSpec#2~z status:V1ReplicationControllerStatus#3~z
V1ReplicationControllerCondition lastTransitionTime:date#3~z message:string#5~z reason:string#4~z status!:string#2 type!:string#1
V1ReplicationControllerSpec minReadySeconds:int32#4~z replicas:int32#1 selector:{string}#2~a~z template:V1PodTemplateSpec#3
V1ReplicationControllerStatus availableReplicas:int32#5~z conditions:[V1ReplicationControllerCondition]#6~p=type~k=type~z fullyLabeledReplicas:int32#2~z observedGeneration:int64#3~z readyReplicas:int32#4~z replicas!:int32#1
V1ResourceAttributes fieldSelector:V1FieldSelectorAttributes#8 group:string#3~z labelSelector:V1LabelSelectorAttributes#9 name:string#7~z namespace:string#1~z resource:string#5~z subresource:string#6~z verb:string#2~z version:string#4~z
V1ResourceFieldSelector * containerName:string#1~z divisor:quantity#3~z resource!:string#2
V1ResourceHealth health:string#2~z message:string#6 resourceID!:string#1
V1ResourceQuota apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1ResourceQuotaSpec#2~z status:V1ResourceQuotaStatus#3~z
V1ResourceQuotaSpec hard:{quantity}#1~z scopeSelector:V1ScopeSelector#3 scopes:[string]#2~a~z
V1ResourceQuotaStatus hard:{quantity}#1~z used:{quantity}#2~z
V1ResourceRequirements claims:[CoreV1ResourceClaim]#3~k=name~z limits:{quantity}#1~z requests:{quantity}#2~z
V1ResourceRule apiGroups:[string]#2~a~z resourceNames:[string]#4~a~z resources:[string]#3~a~z verbs!:[string]#1~a
V1ResourceStatus name!:string#1 resources:[V1ResourceHealth]#2~k=resourceID~z
V1Role apiVersion:string kind:string metadata:V1ObjectMeta#1 rules:[V1PolicyRule]#2~a
V1RoleBinding apiVersion:string kind:string metadata:V1ObjectMeta#1 roleRef!:V1RoleRef#3 subjects:[RbacV1Subject]#2~a~z
V1RoleRef * apiGroup:string#1 kind!:string#2 name!:string#3
V1RollingUpdateDaemonSet maxSurge:intOrString#2 maxUnavailable:intOrString#1
V1RollingUpdateDeployment maxSurge:intOrString#2 maxUnavailable:intOrString#1
V1RollingUpdateStatefulSetStrategy maxUnavailable:intOrString#2 partition:int32#1
V1RuleWithOperations apiGroups:[string] apiVersions:[string] operations:[string] resources:[string] scope:string
V1RuntimeClass apiVersion:string handler!:string#2 kind:string metadata:V1ObjectMeta#1 overhead:V1Overhead#3 scheduling:V1Scheduling#4
V1SELinuxOptions level:string#4~z role:string#2~z type:string#3~z user:string#1~z
V1Scale apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1ScaleSpec#2~z status:V1ScaleStatus#3~z
V1ScaleIOPersistentVolumeSource fsType:string#9~z gateway!:string#1 protectionDomain:string#5~z readOnly:boolean#10~z secretRef!:V1SecretReference#3 sslEnabled:boolean#4~z storageMode:string#7~z storagePool:string#6~z system!:string#2 volumeName:string#8~z
V1ScaleIOVolumeSource fsType:string#9~z gateway!:string#1 protectionDomain:string#5~z readOnly:boolean#10~z secretRef!:V1LocalObjectReference#3 sslEnabled:boolean#4~z storageMode:string#7~z storagePool:string#6~z system!:string#2 volumeName:string#8~z
V1ScaleSpec replicas:int32#1~z
V1ScaleStatus replicas!:int32#1 selector:string#2~z
V1Scheduling nodeSelector:{string}#1~a~z tolerations:[V1Toleration]#2~a~z
V1ScopeSelector * matchExpressions:[V1ScopedResourceSelectorRequirement]#1~a~z
V1ScopedResourceSelectorRequirement operator!:string#2 scopeName!:string#1 values:[string]#3~a~z
V1SeccompProfile localhostProfile:string#2 type!:string#1
V1Secret apiVersion:string data:{bytes}#2~z immutable:boolean#5 kind:string metadata:V1ObjectMeta#1 stringData:{string}#4~z type:string#3~z
V1SecretEnvSource name:string~z optional:boolean#2 @localObjectReference#1
V1SecretEnvSource@localObjectReference name#1
V1SecretKeySelector * key!:string#2 name:string~z optional:boolean#3 @localObjectReference#1
V1SecretKeySelector@localObjectReference name#1
V1SecretProjection items:[V1KeyToPath]#2~a~z name:string~z optional:boolean#4 @localObjectReference#1
V1SecretProjection@localObjectReference name#1
V1SecretReference * name:string#1~z namespace:string#2~z
V1SecretVolumeSource defaultMode:int32#3 items:[V1KeyToPath]#2~a~z optional:boolean#4 secretName:string#1~z
V1SecurityContext allowPrivilegeEscalation:boolean#7 appArmorProfile:V1AppArmorProfile#12 capabilities:V1Capabilities#1 privileged:boolean#2 procMount:string#9 readOnlyRootFilesystem:boolean#6 runAsGroup:int64#8 runAsNonRoot:boolean#5 runAsUser:int64#4 seLinuxOptions:V1SELinuxOptions#3 seccompProfile:V1SeccompProfile#11 windowsOptions:V1WindowsSecurityContextOptions#10
V1SelectableField jsonPath!:string
V1SelfSubjectAccessReview apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1SelfSubjectAccessReviewSpec#2 status:V1SubjectAccessReviewStatus#3~z
V1SelfSubjectAccessReviewSpec nonResourceAttributes:V1NonResourceAttributes#2 resourceAttributes:V1ResourceAttributes#1
V1SelfSubjectReview apiVersion:string kind:string metadata:V1ObjectMeta#1 status:V1SelfSubjectReviewStatus#2~z
V1SelfSubjectReviewStatus userInfo:V1UserInfo#1~z
V1SelfSubjectRulesReview apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1SelfSubjectRulesReviewSpec#2 status:V1SubjectRulesReviewStatus#3~z
V1SelfSubjectRulesReviewSpec namespace:string#1~z
V1Service apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1ServiceSpec#2~z status:V1ServiceStatus#3~z
V1ServiceAccount apiVersion:string automountServiceAccountToken:boolean#4 imagePullSecrets:[V1LocalObjectReference]#3~a~z kind:string metadata:V1ObjectMeta#1 secrets:[V1ObjectReference]#2~p=name~k=name~z
V1ServiceAccountTokenProjection audience:string#1~z expirationSeconds:int64#2 path!:string#3
V1ServiceBackendPort * name:string#1~z number:int32#2~z
V1ServicePort appProtocol:string#6 name:string#1~z nodePort:int32#5~z port!:int32#3 protocol:string#2~z targetPort:intOrString#4~z
V1ServiceSpec allocateLoadBalancerNodePorts:boolean#20 clusterIP:string#3~z clusterIPs:[string]#18~a~z externalIPs:[string]#5~a~z externalName:string#10~z externalTrafficPolicy:string#11~z healthCheckNodePort:int32#12~z internalTrafficPolicy:string#22 ipFamilies:[string]#19~a~z ipFamilyPolicy:string#17 loadBalancerClass:string#21 loadBalancerIP:string#8~z loadBalancerSourceRanges:[string]#9~a~z ports:[V1ServicePort]#1~p=port~k=port,protocol~z publishNotReadyAddresses:boolean#13~z selector:{string}#2~a~z sessionAffinity:string#7~z sessionAffinityConfig:V1SessionAffinityConfig#14 trafficDistribution:string#23 type:string#4~z
V1ServiceStatus conditions:[V1Condition]#2~p=type~k=type~z loadBalancer:V1LoadBalancerStatus#1~z
V1SessionAffinityConfig clientIP:V1ClientIPConfig#1
V1SleepAction seconds!:int64#1
V1StatefulSet apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1StatefulSetSpec#2~z status:V1StatefulSetStatus#3~z
V1StatefulSetCondition lastTransitionTime:date#3~z message:string#5~z reason:string#4~z status!:string#2 type!:string#1
V1StatefulSetOrdinals start:int32#1
V1StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:string#1~z whenScaled:string#2~z
V1StatefulSetSpec minReadySeconds:int32#9~z ordinals:V1StatefulSetOrdinals#11 persistentVolumeClaimRetentionPolicy:V1StatefulSetPersistentVolumeClaimRetentionPolicy#10 podManagementPolicy:string#6~z replicas:int32#1 revisionHistoryLimit:int32#8 selector!:V1LabelSelector#2 serviceName:string#5 template!:V1PodTemplateSpec#3 updateStrategy:V1StatefulSetUpdateStrategy#7~z volumeClaimTemplates:[V1PersistentVolumeClaim]#4~a~z
V1StatefulSetStatus availableReplicas:int32#11 collisionCount:int32#9 conditions:[V1StatefulSetCondition]#10~p=type~k=type~z currentReplicas:int32#4~z currentRevision:string#6~z observedGeneration:int64#1~z readyReplicas:int32#3~z replicas!:int32#2 updateRevision:string#7~z updatedReplicas:int32#5~z
V1StatefulSetUpdateStrategy rollingUpdate:V1RollingUpdateStatefulSetStrategy#2 type:string#1~z
V1StorageClass allowVolumeExpansion:boolean#6 allowedTopologies:[V1TopologySelectorTerm]#8~a~z apiVersion:string kind:string metadata:V1ObjectMeta#1 mountOptions:[string]#5~a~z parameters:{string}#3~z provisioner!:string#2 reclaimPolicy:string#4 volumeBindingMode:string#7
V1StorageOSPersistentVolumeSource fsType:string#3~z readOnly:boolean#4~z secretRef:V1ObjectReference#5 volumeName:string#1~z volumeNamespace:string#2~z
V1StorageOSVolumeSource fsType:string#3~z readOnly:boolean#4~z secretRef:V1LocalObjectReference#5 volumeName:string#1~z volumeNamespace:string#2~z
V1SubjectAccessReview apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1SubjectAccessReviewSpec#2 status:V1SubjectAccessReviewStatus#3~z
V1SubjectAccessReviewSpec extra:{[string]}#5~z groups:[string]#4~a~z nonResourceAttributes:V1NonResourceAttributes#2 resourceAttributes:V1ResourceAttributes#1 uid:string#6~z user:string#3~z
V1SubjectAccessReviewStatus allowed!:boolean#1 denied:boolean#4~z evaluationError:string#3~z reason:string#2~z
V1SubjectRulesReviewStatus evaluationError:string#4~z incomplete!:boolean#3 nonResourceRules!:[V1NonResourceRule]#2~a resourceRules!:[V1ResourceRule]#1~a
V1SuccessPolicy rules!:[V1SuccessPolicyRule]#1~a
V1SuccessPolicyRule succeededCount:int32#2 succeededIndexes:string#1
V1Sysctl name!:string#1 value!:string#2
V1TCPSocketAction host:string#2~z port!:intOrString#1
V1Taint effect!:string#3 key!:string#1 timeAdded:date#4 value:string#2~z
V1Toleration effect:string#4~z key:string#1~z operator:string#2~z tolerationSeconds:int64#5 value:string#3~z
V1TopologySelectorLabelRequirement key!:string#1 values!:[string]#2~a
V1TopologySelectorTerm * matchLabelExpressions:[V1TopologySelectorLabelRequirement]#1~a~z
V1TopologySpreadConstraint labelSelector:V1LabelSelector#4 matchLabelKeys:[string]#8~a~z maxSkew!:int32#1 minDomains:int32#5 nodeAffinityPolicy:string#6 nodeTaintsPolicy:string#7 topologyKey!:string#2 whenUnsatisfiable!:string#3
V1TypeChecking expressionWarnings:[V1ExpressionWarning]#1~a~z
V1TypedLocalObjectReference * apiGroup:string#1 kind!:string#2 name!:string#3
V1TypedObjectReference apiGroup:string#1 kind!:string#2 name!:string#3 namespace:string#4
V1UncountedTerminatedPods failed:[string]#2~s~z succeeded:[string]#1~s~z
V1UserInfo extra:{[string]}#4~z groups:[string]#3~a~z uid:string#2~z username:string#1~z
V1ValidatingAdmissionPolicy apiVersion:string kind:string metadata:V1ObjectMeta#1 spec:V1ValidatingAdmissionPolicySpec#2~z status:V1ValidatingAdmissionPolicyStatus#3~z
V1ValidatingAdmissionPolicyBinding apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1ValidatingAdmissionPolicyBindingSpec#2~z
V1ValidatingAdmissionPolicyBindingSpec matchResources:V1MatchResources#3 paramRef:V1ParamRef#2 policyName!:string#1~z validationActions!:[string]#4~s~z
V1ValidatingAdmissionPolicySpec auditAnnotations:[V1AuditAnnotation]#5~a~z failurePolicy:string#4 matchConditions:[V1MatchCondition]#6~p=name~k=name~z matchConstraints:V1MatchResources#2 paramKind:V1ParamKind#1 validations:[V1Validation]#3~a~z variables:[V1Variable]#7~p=name~k=name~z
V1ValidatingAdmissionPolicyStatus conditions:[V1Condition]#3~k=type~z observedGeneration:int64#1~z typeChecking:V1TypeChecking#2
V1ValidatingWebhook admissionReviewVersions!:[string] clientConfig!:AdmissionregistrationV1WebhookClientConfig failurePolicy:string matchConditions:[V1MatchCondition] matchPolicy:string name!:string namespaceSelector:V1LabelSelector objectSelector:V1LabelSelector rules:[V1RuleWithOperations] sideEffects!:string timeoutSeconds:int32
V1ValidatingWebhookConfiguration apiVersion:string kind:string metadata:V1ObjectMeta#1 webhooks:[V1ValidatingWebhook] @Webhooks#2
V1ValidatingWebhookConfiguration@Webhooks name#1 clientConfig#2 rules#3 failurePolicy#4 matchPolicy#9 namespaceSelector#5 objectSelector#10 sideEffects#6 timeoutSeconds#7 admissionReviewVersions#8 matchConditions#11
V1Validation expression!:string message:string#2~z messageExpression:string#4~z reason:string#3
V1ValidationRule fieldPath:string message:string messageExpression:string optionalOldSelf:boolean reason:string rule!:string
V1Variable * expression!:string name!:string
V1Volume awsElasticBlockStore:V1AWSElasticBlockStoreVolumeSource azureDisk:V1AzureDiskVolumeSource azureFile:V1AzureFileVolumeSource cephfs:V1CephFSVolumeSource cinder:V1CinderVolumeSource configMap:V1ConfigMapVolumeSource csi:V1CSIVolumeSource downwardAPI:V1DownwardAPIVolumeSource emptyDir:V1EmptyDirVolumeSource ephemeral:V1EphemeralVolumeSource fc:V1FCVolumeSource flexVolume:V1FlexVolumeSource flocker:V1FlockerVolumeSource gcePersistentDisk:V1GCEPersistentDiskVolumeSource gitRepo:V1GitRepoVolumeSource glusterfs:V1GlusterfsVolumeSource hostPath:V1HostPathVolumeSource image:V1ImageVolumeSource iscsi:V1ISCSIVolumeSource name!:string#1 nfs:V1NFSVolumeSource persistentVolumeClaim:V1PersistentVolumeClaimVolumeSource photonPersistentDisk:V1PhotonPersistentDiskVolumeSource portworxVolume:V1PortworxVolumeSource projected:V1ProjectedVolumeSource quobyte:V1QuobyteVolumeSource rbd:V1RBDVolumeSource scaleIO:V1ScaleIOVolumeSource secret:V1SecretVolumeSource storageos:V1StorageOSVolumeSource vsphereVolume:V1VsphereVirtualDiskVolumeSource @volumeSource#2
V1Volume@volumeSource hostPath#1 emptyDir#2 gcePersistentDisk#3 awsElasticBlockStore#4 gitRepo#5 secret#6 nfs#7 iscsi#8 glusterfs#9 persistentVolumeClaim#10 rbd#11 flexVolume#12 cinder#13 cephfs#14 flocker#15 downwardAPI#16 fc#17 azureFile#18 configMap#19 vsphereVolume#20 quobyte#21 azureDisk#22 photonPersistentDisk#23 projected#26 portworxVolume#24 scaleIO#25 storageos#27 csi#28 ephemeral#29 image#30
V1VolumeAttachment apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V1VolumeAttachmentSpec#2 status:V1VolumeAttachmentStatus#3~z
V1VolumeAttachmentSource inlineVolumeSpec:V1PersistentVolumeSpec#2 persistentVolumeName:string#1
V1VolumeAttachmentSpec attacher!:string#1 nodeName!:string#3 source!:V1VolumeAttachmentSource#2
V1VolumeAttachmentStatus attachError:V1VolumeError#3 attached!:boolean#1 attachmentMetadata:{string}#2~z detachError:V1VolumeError#4
V1VolumeDevice devicePath!:string#2 name!:string#1
V1VolumeError errorCode:int32#3 message:string#2~z time:date#1~z
V1VolumeMount mountPath!:string#3 mountPropagation:string#5 name!:string#1 readOnly:boolean#2~z recursiveReadOnly:string#7 subPath:string#4~z subPathExpr:string#6~z
V1VolumeMountStatus mountPath!:string#2 name!:string#1 readOnly:boolean#3~z recursiveReadOnly:string#4 volumeStatus:V1VolumeStatus#5
V1VolumeNodeAffinity required:V1NodeSelector#1
V1VolumeNodeResources count:int32#1
V1VolumeProjection clusterTrustBundle:V1ClusterTrustBundleProjection#5 configMap:V1ConfigMapProjection#3 downwardAPI:V1DownwardAPIProjection#2 podCertificate:V1PodCertificateProjection#6 secret:V1SecretProjection#1 serviceAccountToken:V1ServiceAccountTokenProjection#4
V1VolumeResourceRequirements limits:{quantity}#1~z requests:{quantity}#2~z
V1VolumeStatus image:V1ImageVolumeStatus#1
V1VsphereVirtualDiskVolumeSource fsType:string#2~z storagePolicyID:string#4~z storagePolicyName:string#3~z volumePath!:string#1
V1WebhookConversion clientConfig:ApiextensionsV1WebhookClientConfig conversionReviewVersions!:[string]
V1WeightedPodAffinityTerm podAffinityTerm!:V1PodAffinityTerm#2 weight!:int32#1
V1WindowsSecurityContextOptions gmsaCredentialSpec:string#2 gmsaCredentialSpecName:string#1 hostProcess:boolean#4 runAsUserName:string#3
V2ContainerResourceMetricSource container!:string#3 name!:string#1 target!:V2MetricTarget#2
V2ContainerResourceMetricStatus container!:string#3 current!:V2MetricValueStatus#2 name!:string#1
V2CrossVersionObjectReference apiVersion:string#3~z kind!:string#1 name!:string#2
V2ExternalMetricSource metric!:V2MetricIdentifier#1 target!:V2MetricTarget#2
V2ExternalMetricStatus current!:V2MetricValueStatus#2 metric!:V2MetricIdentifier#1
V2HPAScalingPolicy periodSeconds!:int32#3 type!:string#1 value!:int32#2
V2HPAScalingRules policies:[V2HPAScalingPolicy]#2~a~z selectPolicy:string#1 stabilizationWindowSeconds:int32#3 tolerance:string#4
V2HorizontalPodAutoscaler apiVersion:string kind:string metadata:V1ObjectMeta#1 spec!:V2HorizontalPodAutoscalerSpec#2~z status:V2HorizontalPodAutoscalerStatus#3~z
V2HorizontalPodAutoscalerBehavior scaleDown:V2HPAScalingRules#2 scaleUp:V2HPAScalingRules#1
V2HorizontalPodAutoscalerCondition lastTransitionTime:date#3~z message:string#5~z reason:string#4~z status!:string#2 type!:string#1
V2HorizontalPodAutoscalerSpec behavior:V2HorizontalPodAutoscalerBehavior#5 maxReplicas!:int32#3 metrics:[V2MetricSpec]#4~a~z minReplicas:int32#2 scaleTargetRef!:V2CrossVersionObjectReference#1
V2HorizontalPodAutoscalerStatus conditions:[V2HorizontalPodAutoscalerCondition]#6~p=type~k=type~z currentMetrics:[V2MetricStatus]#5~a currentReplicas:int32#3~z desiredReplicas!:int32#4 lastScaleTime:date#2 observedGeneration:int64#1
V2MetricIdentifier name!:string#1 selector:V1LabelSelector#2
V2MetricSpec containerResource:V2ContainerResourceMetricSource#7 external:V2ExternalMetricSource#5 object:V2ObjectMetricSource#2 pods:V2PodsMetricSource#3 resource:V2ResourceMetricSource#4 type!:string#1
V2MetricStatus containerResource:V2ContainerResourceMetricStatus#7 external:V2ExternalMetricStatus#5 object:V2ObjectMetricStatus#2 pods:V2PodsMetricStatus#3 resource:V2ResourceMetricStatus#4 type!:string#1
V2MetricTarget averageUtilization:int32#4 averageValue:quantity#3 type!:string#1 value:quantity#2
V2MetricValueStatus averageUtilization:int32#3 averageValue:quantity#2 value:quantity#1
V2ObjectMetricSource describedObject!:V2CrossVersionObjectReference#1 metric!:V2MetricIdentifier#3 target!:V2MetricTarget#2
V2ObjectMetricStatus current!:V2MetricValueStatus#2 describedObject!:V2CrossVersionObjectReference#3 metric!:V2MetricIdentifier#1
V2PodsMetricSource metric!:V2MetricIdentifier#1 target!:V2MetricTarget#2
V2PodsMetricStatus current!:V2MetricValueStatus#2 metric!:V2MetricIdentifier#1
V2ResourceMetricSource name!:string#1 target!:V2MetricTarget#2
V2ResourceMetricStatus current!:V2MetricValueStatus#2 name!:string#1
`;
