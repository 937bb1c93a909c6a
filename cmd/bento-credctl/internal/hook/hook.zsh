# bento-cred: keeps BENTO_CLOUD_API_KEY and BENTO_CLOUD_API_ENDPOINT in step with the context.
if [[ -o interactive ]]; then
typeset -g _bento_cred_seen=
_bento_cred_hook() {
	local bento_cred_status=$?
	emulate -L zsh
	local IFS=$' \t\n' stamp= file= text= dir=$PWD code=
	if [[ -r @STAMP@ ]]; then
		{ IFS= builtin read -r stamp <@STAMP@ } 2>/dev/null
	fi
	while [[ -n $dir ]]; do
		if [[ -e $dir/.bento-cred.toml ]]; then
			file=$dir/.bento-cred.toml
			if [[ -f $file && -r $file ]]; then
				{ IFS= builtin read -r -u 0 -k 4096 text <$file } 2>/dev/null
			fi
			break
		fi
		dir=${dir%/*}
	done
	text="$stamp $file ${BENTO_CRED_CONTEXT-} ${BENTOML_CLOUD_CONTEXT-} $text"
	if [[ $text != "$_bento_cred_seen" ]]; then
		_bento_cred_seen=$text
		code=$(@PROGRAM@ env --hook --shell=zsh@CONTEXT@)
		builtin eval "$code"
	fi
	return $bento_cred_status
}
autoload -Uz add-zsh-hook
add-zsh-hook precmd _bento_cred_hook
fi
