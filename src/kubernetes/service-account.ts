/** Where the kubelet mounts a pod's service account: token, CA and namespace (client-go rest/config.go InClusterConfig). */

export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
export const MOUNTED_TOKEN = `${SERVICE_ACCOUNT_DIRECTORY}/token`;
export const MOUNTED_CA = `${SERVICE_ACCOUNT_DIRECTORY}/ca.crt`;
export const MOUNTED_NAMESPACE = `${SERVICE_ACCOUNT_DIRECTORY}/namespace`;
